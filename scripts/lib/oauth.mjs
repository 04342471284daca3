// Google's OAuth for installed apps: the address of the consent page, and the exchange of the code
// that comes back. The code and the client's secret travel in a form's body only.
// Source: developers.google.com/identity "OAuth 2.0 for Mobile & Desktop Apps"; RFC 7636 (PKCE).
import { createHash, randomBytes } from 'node:crypto';
import { networkReason, printable, Stop } from './command.mjs';

const kScope = 'https://www.googleapis.com/auth/';
const kWait_ms = 30_000;

// What each upstream needs; a refresh can never widen it.
export const kScopes = {
  gemini: [`${kScope}cloud-platform`, `${kScope}generative-language.retriever`],
  vertex: [`${kScope}cloud-platform`],
  codeassist: ['cloud-platform', 'userinfo.email', 'userinfo.profile'].map((it) => kScope + it),
};

export const kAuthUrl = 'https://accounts.google.com/o/oauth2/v2/auth';
export const kOAuthBaseUrl = 'https://oauth2.googleapis.com';

// Secrets of one sign-in.
export function newAttempt() {
  const verifier = randomBytes(48).toString('base64url');
  return {
    verifier,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    state: randomBytes(24).toString('base64url'),
  };
}

// With `prompt=consent`, Google gives a refresh token every time, not only the first.
export function consentUrl(authUrl, { clientId, redirectUri, scopes, attempt }) {
  const url = new URL(authUrl);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: scopes.join(' '),
    code_challenge: attempt.challenge,
    code_challenge_method: 'S256',
    state: attempt.state,
    access_type: 'offline',
    prompt: 'consent',
  });
  return url.href;
}

const kDesktop = 'an OAuth client of type "Desktop app" takes any address of this machine; one of '
  + 'type "Web application" only those in its list of redirect URIs';
const kClient = 'Check client id and secret (README, step 4): copied whole, of the same client, '
  + 'and the client not deleted.';

// What Google's consent page says, by `error` of its answer.
const kRefusals = {
  access_denied: 'Access was refused on the consent page. If it was not you who refused: while the '
    + 'app is in testing, only its test users may sign in (Google Auth Platform, Audience).',
  admin_policy_enforced: 'The administrator of this account does not allow the app.',
  org_internal: 'The app is internal to another organization; set its audience to External.',
  invalid_scope: 'Google does not know one of the scopes.',
};

export function refusal(error) {
  const word = printable(error, 60);
  const words = Object.hasOwn(kRefusals, error) ? kRefusals[error] : 'Google did not let you in.';
  return new Stop(`${words} (${word})`);
}

const kExchangeErrors = {
  invalid_client: `Google does not know this OAuth client. ${kClient}`,
  unauthorized_client: `This OAuth client may not sign in users. ${kClient}`,
  deleted_client: 'The OAuth client was deleted; make a new one (README, step 4).',
  disabled_client: 'The OAuth client is disabled; make a new one (README, step 4).',
  redirect_uri_mismatch: `Google does not accept the address of this machine: ${kDesktop}. Use a `
    + 'Desktop app, or run with --port and register that address.',
  invalid_grant: 'Google does not accept the code: it was used before, is too old, or belongs to '
    + 'another client. Run npm run login again.',
};

function exchangeError(status, answer) {
  const word = typeof answer?.error === 'string' ? printable(answer.error, 60) : `HTTP ${status}`;
  const words = printable(answer?.error_description, 200);
  if (/client_secret is missing/i.test(words)) {
    return new Stop('This OAuth client has a secret, and none was given: add --client-secret, or '
      + 'use --client-file with the file that Google gave you. (invalid_request)');
  }
  const known = Object.hasOwn(kExchangeErrors, word) ? kExchangeErrors[word] : '';
  const details = words ? `${word}: ${words}` : word;
  return new Stop(`${known || 'Google did not exchange the code.'} (${details})`);
}

async function post(url, form) {
  let response;
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams(form),
      redirect: 'manual',
      signal: AbortSignal.timeout(kWait_ms),
    });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Stop(`${new URL(url).origin} cannot be reached (${networkReason(error)}). `
      + 'Check the network, a proxy or firewall in between, and OAUTH_BASE_URL if you set it.');
  }
}

// The tokens for a code.
//   client   {id, secret}
//   returns  the refresh token, if Google gave one and for all scopes
export async function exchangeCode(baseUrl, { code, client, redirectUri, attempt, scopes }) {
  const { status, text } = await post(`${baseUrl}/token`, {
    grant_type: 'authorization_code',
    code,
    client_id: client.id,
    ...(client.secret && { client_secret: client.secret }),
    redirect_uri: redirectUri,
    code_verifier: attempt.verifier,
  });
  let answer;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new Stop(`The token endpoint's answer is not JSON (HTTP ${status}). Is something between `
      + 'you and Google, or is OAUTH_BASE_URL wrong?');
  }
  if (status !== 200) throw exchangeError(status, answer);
  return refreshTokenOf(answer, scopes);
}

function refreshTokenOf(answer, scopes) {
  // RFC 6749 5.1: no `scope` means all that was asked for.
  const granted = typeof answer?.scope === 'string' ? answer.scope.split(/\s+/) : scopes;
  const missing = scopes.filter((scope) => !granted.includes(scope));
  if (missing.length > 0) {
    throw new Stop(`You did not allow everything the proxy needs; missing: ${missing.join(' ')}. `
      + 'Run npm run login again and tick every box on the consent page.');
  }
  const token = answer?.refresh_token;
  if (typeof token === 'string' && token !== '') return token;
  throw new Stop('Google gave no refresh token; it gives one only when you consent anew. Remove '
    + 'the app at https://myaccount.google.com/connections, then run npm run login again.');
}
