// Requests that must be refused before anything is asked of the upstream.
//   (request) => {body, code, param?, headers?}
const of = (code, param, change) => (request) => ({
  code,
  param,
  body: JSON.stringify({ ...request, ...change }),
});
const raw = (code, bytes, headers) => (request) => ({
  code,
  headers,
  body: bytes(Buffer.from(JSON.stringify(request))),
});
const join = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));

export const kBadBodies = [
  of('invalid_type', 'temperature', { temperature: 'warm' }),
  of('decimal_above_max_value', 'temperature', { temperature: 7 }),
  of('invalid_type', 'messages', { messages: 'Hello!' }),
  of('empty_array', 'messages', { messages: [] }),
  of('invalid_value', 'messages[0].role', { messages: [{ role: 'poet', content: 'x' }] }),
  of('missing_required_parameter', 'model', { model: undefined }),
  of('model_not_found', 'model', { model: '../../v1/secrets' }),
  raw('invalid_json', (bytes) => bytes.subarray(0, -2)),
  raw('invalid_json', () => ''),
  raw('invalid_json', (bytes) => join(bytes, '{}')),
  raw('invalid_utf8', (bytes) => join(bytes.subarray(0, -1), ',"user":"', Buffer.of(0xff), '"}')),
  raw('body_too_complex', () => `${'['.repeat(5000)}${']'.repeat(5000)}`),
  raw('unsupported_content_encoding', (bytes) => bytes, { 'content-encoding': 'gzip' }),
];
