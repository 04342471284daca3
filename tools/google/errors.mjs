// Google's error bodies. Every failure of the stand-in is a thrown `Failure`; `errorBody` prints it
// the way Google does: two spaces of indentation and a final newline.
const statusOf = {
  400: 'INVALID_ARGUMENT', 401: 'UNAUTHENTICATED', 403: 'PERMISSION_DENIED', 404: 'NOT_FOUND',
  409: 'ABORTED', 429: 'RESOURCE_EXHAUSTED', 499: 'CANCELLED', 500: 'INTERNAL',
  501: 'UNIMPLEMENTED', 503: 'UNAVAILABLE', 504: 'DEADLINE_EXCEEDED',
};
export const service = 'generativelanguage.googleapis.com';

export class Failure extends Error {
  constructor(code, message, { status = statusOf[code] ?? 'UNKNOWN', details = [] } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

export const detail = (type, members) =>
  ({ '@type': `type.googleapis.com/google.rpc.${type}`, ...members });

export const errorInfo = (reason, metadata = {}, domain = 'googleapis.com') =>
  detail('ErrorInfo', { reason, domain, metadata: { service, ...metadata } });

// The members of `error` for a Failure or for a plain description of one.
export function errorValue({ code, message, status = statusOf[code] ?? 'UNKNOWN', details = [] }) {
  const error = { code, message, status };
  if (details.length > 0) error.details = details;
  return { error };
}

export const errorBody = (failure) => `${JSON.stringify(errorValue(failure), null, 2)}\n`;

// An answer of the token endpoint that is no token.
export const refusal = (status, error, description, more = {}) => ({
  status,
  body: `${JSON.stringify({ error, error_description: description, ...more }, null, 2)}\n`,
});

// A request the JSON layer refuses: all violations in one message, one per line.
//   violations  [{field?, description}]
export const badRequest = (violations) => new Failure(
  400,
  violations.map((violation) => violation.description).join('\n'),
  { details: [detail('BadRequest', { fieldViolations: violations })] },
);

// A request a rule of the service refuses: one line per broken rule, as the proto validator prints.
export const brokenRules = (lines) =>
  new Failure(400, lines.map((line) => `* GenerateContentRequest.${line}\n`).join(''));

export const invalid = (message) => new Failure(400, message);

// Google says only "invalid argument" in some cases. What was wrong goes into a DebugInfo detail, a
// type callers ignore, so that a developer who reads the body is not left guessing.
export const unexplained = (why) => new Failure(400, 'Request contains an invalid argument.', {
  details: [detail('DebugInfo', { detail: `stand-in for Google: ${why}` })],
});
