// Faults by name, as data: what each is, and how it is made. A name works in a script
// (`google.script(['429'])`) and, for API calls, in a prompt (`[[fault:429]]`).
// Bodies follow public reports and recorded answers.
import { detail, errorInfo, errorValue } from './errors.mjs';
import { perDay, perMinute, quotaError, resourceExhausted } from './quotas.mjs';
import { mendsSignature, repairs } from './repairs.mjs';
import { missingModel, wrapped } from './upstreams.mjs';

// Errors instead of an answer.
const failing = (code, message, more = {}) =>
  ({ status: code, body: errorValue({ code, message, ...more }) });
const informed = (code, message, ...info) =>
  failing(code, message, { details: [errorInfo(...info)] });
const oauth = (status, error, error_description, more = {}) =>
  ({ target: 'token', status, body: { error, error_description, ...more } });
const page = (status, title) => ({
  status,
  headers: { 'content-type': 'text/html; charset=UTF-8' },
  body: `<!DOCTYPE html>\n<html lang=en>\n<title>${title}</title>\n<p>${title}\n`,
});
const overloaded = errorValue({ code: 503,
  message: 'The model is overloaded. Please try again later.' });
const cancelled = errorValue({ code: 499, message: 'The operation was cancelled.' });
const expired = 'Request had invalid authentication credentials. Expected OAuth 2 access token, '
  + 'login cookie or other valid authentication credential.';

// A quota error of the Gemini API, for the model of the call.
const quota = (...given) => ({ model }) => {
  const { code, message, details } = quotaError(model, ...given);
  return failing(code, message, { details });
};

// Refusals that name the project by its number.
const project = '1234567890';
const consumer = `projects/${project}`;
const console_ = 'https://console.developers.google.com';
const api = 'generativelanguage.googleapis.com'; // the call's own service in the answer
const activationUrl = `${console_}/apis/api/${api}/overview?project=${project}`;
const again = 'wait a few minutes for the action to propagate to our systems and retry.';
const disabled = `Generative Language API has not been used in project ${project} before or it is `
  + `disabled. Enable it by visiting ${activationUrl} then retry. If you enabled this API `
  + `recently, ${again}`;
const serviceDisabled = failing(403, disabled, { details: [
  errorInfo('SERVICE_DISABLED', { consumer, containerInfo: project, activationUrl,
    serviceTitle: 'Generative Language API' }),
  detail('LocalizedMessage', { locale: 'en-US', message: disabled }),
  detail('Help', { links: [{ description: 'Google developers console API activation',
    url: activationUrl }] }),
] });
const billingDisabled = informed(403, 'This API method requires billing to be enabled. Please '
  + `enable billing on project #${project} by visiting ${console_}/billing/enable?project=`
  + `${project} then retry. If you enabled billing for this project recently, ${again}`,
'BILLING_DISABLED', { consumer });

// Refusals of Code Assist.
const assist = (code, message, reason, metadata, more = []) => failing(code, message, {
  details: [detail('ErrorInfo', { reason, domain: 'cloudcode-pa.googleapis.com', metadata }),
    ...more],
});
const validationLink = 'https://accounts.google.com/signin/continue?stand-in=1';
const validation = assist(403, 'Verify your account to continue.', 'VALIDATION_REQUIRED',
  { validation_link: validationLink, validation_url_link_text: 'Verify your account',
    validation_learn_more_url: 'https://support.google.com/accounts?p=al_alert' },
  [detail('Help', { links: [{ description: 'Complete validation to continue',
    url: validationLink }] })]);

// Answers that are odd.
const event = (candidate, more = {}) => ({
  ...(candidate && { candidates: [{ ...candidate, index: 0 }] }),
  usageMetadata: { promptTokenCount: 5, totalTokenCount: 5 },
  ...more,
});
const said = (text, finishReason) =>
  event({ content: { parts: [{ text }], role: 'model' }, finishReason });
const ended = (finishReason, more) =>
  event({ content: { role: 'model' }, finishReason, ...more });
const events = (...list) => ({ events: list });
const data = (value) => `data: ${JSON.stringify(value)}`;
const sse = (value) => `${data(value)}\r\n\r\n`;
const chunks = (...list) => ({ chunks: list });
// Chunks with responses as the call's upstream wraps them.
const framed = (make) => (call) => chunks(...make((response) => wrapped(call, response)));

// name: [what it is, fault or function of the call {model, upstream}, until? of repairs.mjs]
export const presets = {
  400: ['400 without an explanation', failing(400, 'Request contains an invalid argument.')],
  401: ['401, access token expired', informed(401, expired, 'ACCESS_TOKEN_EXPIRED')],
  403: ['403, no permission', failing(403, 'The caller does not have permission')],
  404: ['404, no such model', (call) => {
    const { code, message } = missingModel(call, 'generateContent');
    return failing(code, message);
  }],
  429: ['429, per minute, retry in 38.495166512s', quota(perMinute, '10', '38.495166512s')],
  500: ['500', failing(500, 'An internal error has occurred. Please retry.')],
  503: ['503, overloaded', { status: 503, body: overloaded }],
  504: ['504, deadline', failing(504, 'The request timed out. Please try again.')],
  '429-short': ['429, per minute, retry in 1s', quota(perMinute, '10', '1s')],
  '429-day': ['429, per day', quota(perDay, '250', '30s')],
  '429-zero': ['429, limit 0: model not in the plan', quota(perMinute, '0')],
  '429-plain': ['429 without details', ({ upstream }) => failing(429, upstream === 'vertex'
    ? resourceExhausted : 'Resource has been exhausted (e.g. check quota).')],
  capacity: ['429, no capacity for the model, of Code Assist', ({ model }) => assist(429,
    `No capacity available for model ${model} on the server`, 'MODEL_CAPACITY_EXHAUSTED',
    { model })],
  html: ['502 with an HTML page', page(502, 'Error 502 (Server Error)!!1')],
  'html-404': ['404 with an HTML page', page(404, 'Error 404 (Not Found)!!1')],
  'html-200': ['200 with an HTML page', page(200, 'Sign in')],
  'empty-error': ['500 without a body', { status: 500, body: '' }],
  'array-error': ['503 inside an array', { status: 503, body: [overloaded] }],
  redirect: ['302 to another host',
    { status: 302, headers: { location: 'http://redirect.invalid/' }, body: '' }],
  'api-key': ['400, API key not valid',
    informed(400, 'API key not valid. Please pass a valid API key.', 'API_KEY_INVALID')],
  'service-disabled': ['403, API not enabled', serviceDisabled],
  'billing-disabled': ['403, no billing account', billingDisabled],
  'consumer-suspended': ['403, project suspended', informed(403,
    `Permission denied: Consumer '${consumer}' has been suspended.`, 'CONSUMER_SUSPENDED',
    { consumer, containerInfo: consumer })],
  'validation-required': ['403, the account has to be verified, of Code Assist', validation],
  scopes: ['403, token lacks the scope', informed(403,
    'Request had insufficient authentication scopes.', 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')],
  location: ['400, location not supported', failing(400,
    'User location is not supported for the API use.', { status: 'FAILED_PRECONDITION' })],
  context: ['400, prompt too long', failing(400, 'The input token count (1200000) exceeds the '
    + 'maximum number of tokens allowed (1048576).')],
  image: ['400, image cannot be read', failing(400, 'Unable to process input image. Please retry '
    + 'or report in https://developers.generativeai.google/guide/troubleshooting')],
  ...repairs,

  blocked: ['prompt blocked for safety',
    events(event(null, { promptFeedback: { blockReason: 'SAFETY' } }))],
  safety: ['answer stopped for safety after some text',
    events(said('Some text '), ended('SAFETY'))],
  recitation: ['answer stopped for recitation, nothing said', events(ended('RECITATION'))],
  'max-thoughts': ['MAX_TOKENS before any text', events(ended('MAX_TOKENS'))],
  empty: ['STOP with nothing said', events(event({ content: {}, finishReason: 'STOP' }))],
  'no-candidates': ['usage only', events(event(null))],
  'empty-candidates': ['an empty list of candidates',
    events({ candidates: [], ...event(null) })],
  'malformed-call': ['MALFORMED_FUNCTION_CALL', events(ended('MALFORMED_FUNCTION_CALL',
    { finishMessage: 'Malformed function call: print(f(' }))],
  'malformed-late': ['text, then MALFORMED_FUNCTION_CALL',
    events(said('Some text '), ended('MALFORMED_FUNCTION_CALL'))],
  'unexpected-call': ['UNEXPECTED_TOOL_CALL', events(ended('UNEXPECTED_TOOL_CALL',
    { finishMessage: 'Unexpected tool call: the model called a tool that is not declared.' }))],
  'too-many-calls': ['TOO_MANY_TOOL_CALLS', events(ended('TOO_MANY_TOOL_CALLS'))],
  'malformed-response': ['MALFORMED_RESPONSE', events(ended('MALFORMED_RESPONSE'))],
  'missing-signature': ['MISSING_THOUGHT_SIGNATURE', events(ended('MISSING_THOUGHT_SIGNATURE')),
    mendsSignature],
  'no-image': ['NO_IMAGE', events(ended('NO_IMAGE'))],
  'image-safety': ['IMAGE_SAFETY', events(ended('IMAGE_SAFETY',
    { finishMessage: 'Unable to show the generated image.' }))],
  'no-finish': ['text, then the end without a finish reason',
    events(said('Half an '), said('answer'))],
  'stop-everywhere': ['STOP on every event',
    events(said('One ', 'STOP'), said('two ', 'STOP'), said('three', 'STOP'))],
  'unknown-finish': ['unknown finish reason after text', events(said('Text'), ended('FAKE_NEW'))],
  'late-event': ['text after the finish reason', events(said('Text', 'STOP'), said(' late'))],
  'big-event': ['one event of 5 MB', () => events(said('x'.repeat(5_000_000), 'STOP'))],
  'error-event': ['text, then an error event',
    framed((wrap) => [sse(wrap(said('First '))), sse(overloaded)])],
  'error-first': ['200, then an error event at once', chunks(sse(overloaded))],
  'error-lines': ['text, then a bare JSON error over several lines',
    framed((wrap) => [sse(wrap(said('First ', 'STOP'))),
      `${JSON.stringify(cancelled, null, 2).replaceAll('\n', '\r\n')}\r\n`])],
  'bad-json': ['text, then an event that is not JSON',
    framed((wrap) => [sse(wrap(said('First '))), 'data: {"candidates": [{\r\n\r\n'])],
  'no-blank-line': ['last event without its blank line',
    framed((wrap) => [sse(wrap(said('Whole '))), data(wrap(said('answer', 'STOP')))])],
  'empty-stream': ['200 with no event at all', chunks()],
  'json-200': ['a plain JSON answer where a stream is expected',
    (call) => ({ status: 200, body: wrapped(call, said('Plain', 'STOP')) })],

  lf: ['LF instead of CRLF', { lineEnd: '\n' }],
  gzip: ['gzip, whatever was asked for', { gzip: true }],
  slow: ['one byte at a time, 1 ms apart', { slowMs: 1 }],
  cut: ['connection closed inside the answer', { cutAfter: 300 }],
  reset: ['connection reset inside the answer', { cutAfter: 300, reset: true }],
  'cut-headers': ['connection closed before the headers', { cut: 'headers' }],
  hang: ['stops inside the answer and stays open', { hangAfter: 300 }],
  'hang-headers': ['never answers', { hang: 'headers' }],

  invalid_grant: ['refresh token revoked',
    oauth(400, 'invalid_grant', 'Token has been expired or revoked.')],
  invalid_rapt: ['sign-in needed again', oauth(400, 'invalid_grant',
    'reauth related error (invalid_rapt)', { error_subtype: 'invalid_rapt' })],
  invalid_client: ['client not known',
    oauth(401, 'invalid_client', 'The OAuth client was not found.')],
  unauthorized_client: ['token of another client',
    oauth(401, 'unauthorized_client', 'Unauthorized')],
  internal_failure: ['token endpoint in trouble', oauth(500, 'internal_failure', 'Backend Error')],
  'token-429': ['too many refreshes', oauth(429, 'rate_limit_exceeded', 'Rate Limit Exceeded')],
  'token-html': ['HTML from the token endpoint', { target: 'token', ...page(200, 'Sign in') }],
  'token-missing': ['200 without access_token',
    { target: 'token', status: 200, body: { expires_in: 3599, token_type: 'Bearer' } }],
  'token-hang': ['token endpoint never answers', { target: 'token', hang: 'headers' }],
};
