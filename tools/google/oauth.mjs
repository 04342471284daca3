// OAuth: the token endpoint and the check of credentials on API calls.
// An access token carries its own expiry and a MAC over it, so it stays good when the stand-in is
// restarted: the proxy keeps tokens in KV for longer than a process lives. The salt is not a
// secret; these tokens open nothing but this stand-in.
// Source: developers.google.com/identity "Using OAuth 2.0 to access Google APIs".
import { createHash, createHmac } from 'node:crypto';
import { errorInfo, Failure } from './errors.mjs';

const salt = 'stand-in for Google, opens nothing';
const mac = (text) => createHmac('sha256', salt).update(text).digest('base64url').slice(0, 22);
const shortHash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

// The default list of good refresh tokens.
const knownByPrefix = (token) => token === 'stand-in' || token.startsWith('refresh-');

const refusal = (status, error, description, more = {}) => ({
  status,
  body: `${JSON.stringify({ error, error_description: description, ...more }, null, 2)}\n`,
});

// Answers one POST to the token endpoint.
//   body      application/x-www-form-urlencoded text
//   settings  {clients?: {id: secret | null}, refreshTokens?: array | function, expiresIn, scope,
//             now()}; without `clients` any client is good
//   serial    number of this token, shown in it so that a test can tell one from the next
//   returns   {status, body}
export function exchange(body, settings, serial) {
  const form = new URLSearchParams(body);
  const missing = (name) =>
    refusal(400, 'invalid_request', `Missing required parameter: ${name}`);
  const grant = form.get('grant_type');
  if (!grant) return missing('grant_type');
  if (grant !== 'refresh_token') {
    return refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${grant}`);
  }
  const refused = refuseClient(form, settings.clients);
  if (refused) return refused;
  const token = form.get('refresh_token');
  if (!token) return missing('refresh_token');
  if (token.startsWith('revoked')) {
    return refusal(400, 'invalid_grant', 'Token has been expired or revoked.');
  }
  const known = settings.refreshTokens ?? knownByPrefix;
  if (!(Array.isArray(known) ? known.includes(token) : known(token))) {
    return refusal(400, 'invalid_grant', 'Bad Request');
  }
  return { status: 200, body: `${JSON.stringify(grantToken(token, settings, serial), null, 2)}\n` };
}

function refuseClient(form, clients) {
  const id = form.get('client_id');
  if (!id) return refusal(400, 'invalid_request', 'Could not determine client ID from request.');
  if (clients && !Object.hasOwn(clients, id)) {
    return refusal(401, 'invalid_client', 'The OAuth client was not found.');
  }
  const wanted = clients ? clients[id] : undefined;
  if (wanted === null) return null;
  const secret = form.get('client_secret');
  if (!secret) return refusal(400, 'invalid_request', 'client_secret is missing.');
  if (wanted === undefined || secret === wanted) return null;
  return refusal(401, 'invalid_client', 'Unauthorized');
}

function grantToken(refreshToken, settings, serial) {
  return {
    access_token: issueToken(refreshToken, serial, settings.now() + settings.expiresIn * 1000),
    expires_in: settings.expiresIn,
    scope: settings.scope,
    token_type: 'Bearer',
  };
}

export function issueToken(refreshToken, serial, expiresAtMs) {
  const text = `access-${serial}-for-${shortHash(refreshToken)}-${Math.round(expiresAtMs)}`;
  return `${text}-${mac(text)}`;
}

// good | expired | unknown
export function judgeToken(token, nowMs) {
  const parts = /^(access-\d+-for-[0-9a-f]{8}-(\d+))-([\w-]{22})$/.exec(token);
  if (!parts || mac(parts[1]) !== parts[3]) return 'unknown';
  return Number(parts[2]) > nowMs ? 'good' : 'expired';
}

const expected = 'Expected OAuth 2 access token, login cookie or other valid authentication '
  + 'credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const unregistered = "Method doesn't allow unregistered callers (callers without established "
  + 'identity). Please use API Key or other form of API consumer identity to call this API.';

// Throws a Failure unless the call carries a credential that Google would take.
//   headers   lower-case names, as node gives them
//   query     URLSearchParams of the call
export function checkCredential(headers, query, settings, method) {
  const authorization = headers.authorization;
  const key = headers['x-goog-api-key'] ?? query.get('key');
  if (authorization !== undefined) return checkBearer(authorization, headers, settings, method);
  if (key === null) throw new Failure(403, unregistered);
  if (key.startsWith('key-')) return undefined;
  const message = 'API key not valid. Please pass a valid API key.';
  throw new Failure(400, message, { details: [errorInfo('API_KEY_INVALID')] });
}

function checkBearer(authorization, headers, settings, method) {
  const token = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  const refuse = (words, reason) => {
    throw new Failure(401, `${words} ${expected}`, { details: [errorInfo(reason, { method })] });
  };
  const missing = 'Request is missing required authentication credential.';
  if (!token) refuse(missing, 'CREDENTIALS_MISSING');
  const verdict = settings.acceptForeignTokens ? 'good' : judgeToken(token, settings.now());
  const invalid = 'Request had invalid authentication credentials.';
  if (verdict === 'expired') refuse(invalid, 'ACCESS_TOKEN_EXPIRED');
  if (verdict === 'unknown') refuse(invalid, 'ACCESS_TOKEN_TYPE_UNSUPPORTED');
  if (settings.requireQuotaProject && !headers['x-goog-user-project']) {
    const details = [errorInfo('SERVICE_DISABLED', { consumer: 'projects/0' })];
    throw new Failure(403, 'Your application is authenticating by using local Application Default '
      + 'Credentials. The generativelanguage.googleapis.com API requires a quota project, which is '
      + 'not set by default.', { details });
  }
}

// True for a call that is made with this refresh token: a refresh, or an API call with a token made
// from it.
export function isTokenFor({ target, headers, body }, refreshToken) {
  if (target === 'token') return new URLSearchParams(body).get('refresh_token') === refreshToken;
  return (headers.authorization ?? '').includes(`-for-${shortHash(refreshToken)}-`);
}
