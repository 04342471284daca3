// Errors that a caller may get: status, type, and whether to try again. docs/operations.md explains
// them.
const request = 'invalid_request_error';
const server = 'server_error';

export const kCodes = {
  invalid_json: [400, request, false],
  invalid_utf8: [400, request, false],
  body_too_complex: [400, request, false],
  missing_required_parameter: [400, request, false],
  invalid_type: [400, request, false],
  invalid_value: [400, request, false],
  empty_array: [400, request, false],
  decimal_above_max_value: [400, request, false],
  context_length_exceeded: [400, request, false],
  upstream_invalid_request: [400, request, false],
  missing_api_key: [401, request, false],
  invalid_api_key: [401, request, false],
  unsupported_country_region_territory: [403, request, false],
  upstream_permission_denied: [403, 'permission_error', false],
  model_not_found: [404, request, false],
  unknown_url: [404, request, false],
  method_not_allowed: [405, request, false],
  request_too_large: [413, request, false],
  unsupported_content_encoding: [415, request, false],
  rate_limit_exceeded: [429, 'rate_limit_error', true],
  insufficient_quota: [429, 'insufficient_quota', false],
  upstream_invalid_response: [502, server, true],
  upstream_reset: [502, server, true],
  upstream_error: [502, server, true],
  empty_response: [502, server, true],
  token_refresh_failed: [503, server, true],
  upstream_overloaded: [503, server, true],
  server_busy: [503, server, true],
  upstream_timeout: [504, server, true],
};

// What is wrong with an error as a caller sees it.
//   status   of the answer; undefined for one in a stream, which has none
//   returns  sentences
export function problemsOfError(value, status, headers) {
  const problems = [];
  const { error, ...rest } = value ?? {};
  if (Object.keys(rest).length > 0) problems.push(`members beside error: ${Object.keys(rest)}`);
  if (`${Object.keys(error ?? {})}` !== 'message,type,param,code') {
    return [...problems, `members of the error: ${Object.keys(error ?? {})}`];
  }
  if (!Object.hasOwn(kCodes, error.code)) return [...problems, `unexpected code ${error.code}`];
  const [itsStatus, type, isRetried] = kCodes[error.code];
  const { length } = error.message;
  if (length === 0 || length > 1000) problems.push(`a message of ${length} characters`);
  if (error.type !== type) problems.push(`${error.code} has the type ${error.type}`);
  if (status === undefined) return problems;
  if (status !== itsStatus) problems.push(`${error.code} has the status ${status}`);
  const retry = headers['x-should-retry'];
  if (retry !== `${isRetried}`) problems.push(`${error.code} has x-should-retry ${retry}`);
  if (headers['content-type'] !== 'application/json') {
    problems.push(`an error has the type ${headers['content-type']}`);
  }
  return problems;
}
