// The check of credentials on API calls: which upstream takes which, and Google's words where it
// does not. Source: cloud.google.com "Authentication", error bodies as seen in public reports.
import { errorInfo, Failure } from './errors.mjs';
import { judgeToken, serviceAccountEnd } from './oauth.mjs';

const expected = 'Expected OAuth 2 access token, login cookie or other valid authentication '
  + 'credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.';
const unregistered = "Method doesn't allow unregistered callers (callers without established "
  + 'identity). Please use API Key or other form of API consumer identity to call this API.';
const keysRefused = 'API keys are not supported by this API. Expected OAuth2 access token or other '
  + 'authentication credentials that assert a principal. See '
  + 'https://cloud.google.com/docs/authentication';
const missing = `Request is missing required authentication credential. ${expected}`;

function refuse(message, reason, method) {
  throw new Failure(401, message, { details: [errorInfo(reason, { method })] });
}

// Throws a Failure unless the call carries a credential that Google would take there: the Gemini
// API takes a key or a token, Vertex AI a token, its express mode a key, Code Assist a token.
//   call    of routes.mjs, with headers (lower-case names, as node gives them)
//   method  name for the error's details
export function checkCredential({ headers, query, upstream, isExpress }, settings, method) {
  const { authorization } = headers;
  const isGemini = upstream === 'gemini_api';
  const key = headers['x-goog-api-key'] ?? (isGemini ? query.get('key') : null);
  if (isExpress) {
    if (authorization !== undefined || key === null) refuse(missing, 'CREDENTIALS_MISSING', method);
    return checkKey(key);
  }
  if (authorization !== undefined) {
    return checkBearer(authorization, settings, method, { headers, isGemini });
  }
  if (isGemini && key === null) throw new Failure(403, unregistered);
  if (isGemini) return checkKey(key);
  return refuse(key === null ? missing : keysRefused, 'CREDENTIALS_MISSING', method);
}

function checkKey(key) {
  if (key.startsWith('key-')) return;
  const message = 'API key not valid. Please pass a valid API key.';
  throw new Failure(400, message, { details: [errorInfo('API_KEY_INVALID')] });
}

function checkBearer(authorization, settings, method, { headers, isGemini }) {
  const token = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1];
  if (!token) refuse(missing, 'CREDENTIALS_MISSING', method);
  const verdict = settings.acceptForeignTokens ? 'good' : judgeToken(token, settings.now());
  const invalid = `Request had invalid authentication credentials. ${expected}`;
  if (verdict === 'expired') refuse(invalid, 'ACCESS_TOKEN_EXPIRED', method);
  if (verdict === 'unknown') refuse(invalid, 'ACCESS_TOKEN_TYPE_UNSUPPORTED', method);
  const wantsProject = isGemini && settings.requireQuotaProject
    && !token.endsWith(serviceAccountEnd);
  if (wantsProject && !headers['x-goog-user-project']) {
    const details = [errorInfo('SERVICE_DISABLED', { consumer: 'projects/0' })];
    throw new Failure(403, 'Your application is authenticating by using local Application Default '
      + 'Credentials. The generativelanguage.googleapis.com API requires a quota project, which is '
      + 'not set by default.', { details });
  }
}
