// OAuth: the token endpoint with its three grants, and the access tokens it issues.
// An access token carries its own expiry and a MAC over it, so it stays good when the stand-in is
// restarted: the proxy keeps tokens in KV for longer than a process lives. The salt is not a
// secret; these tokens open nothing but this stand-in.
// Source: developers.google.com/identity "Using OAuth 2.0 to access Google APIs".
import { createHash, createHmac } from 'node:crypto';
import { readAssertion } from './assertions.mjs';
import { redeemCode } from './codes.mjs';
import { refusal } from './errors.mjs';

const salt = 'stand-in for Google, opens nothing';
const mac = (text) => createHmac('sha256', salt).update(text).digest('base64url').slice(0, 22);
const shortHash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 8);

// Tokens of service accounts end in dots, as some of Google's do.
export const serviceAccountEnd = '....';

// The default list of good refresh tokens.
const knownByPrefix = (token) => token === 'stand-in' || token.startsWith('refresh-');

// "refresh-a~2" is the second successor of "refresh-a": the same sign-in.
const origin = (token) => token.replace(/~\d+$/, '');

const missing = (name) => refusal(400, 'invalid_request', `Missing required parameter: ${name}`);

// What the endpoint remembers: codes and refresh tokens it issued, refresh tokens it replaced.
//   {serial, codes: Map, issued: Map of refresh token -> client id, ended: Set}
export const newState = () =>
  ({ serial: 0, codes: new Map(), issued: new Map(), ended: new Set() });

const grants = {
  refresh_token: refreshGrant,
  authorization_code: codeGrant,
  'urn:ietf:params:oauth:grant-type:jwt-bearer': assertionGrant,
};

// Answers one POST to the token endpoint.
//   body      application/x-www-form-urlencoded text
//   settings  {clients?: {id: secret | null}, refreshTokens?: array | function, serviceAccounts?,
//             rotateRefreshTokens?, expiresIn, scope, now()}; without `clients` any client is good
//   state     of newState()
//   ownUrl    address of the endpoint
//   returns   {status, body}
export function exchange(body, settings, state, ownUrl) {
  state.serial += 1; // shown in each access token so that a test can tell one from the next
  const form = new URLSearchParams(body);
  const grant = form.get('grant_type');
  if (!grant) return missing('grant_type');
  if (!Object.hasOwn(grants, grant)) {
    return refusal(400, 'unsupported_grant_type', `Invalid grant_type: ${grant}`);
  }
  const { refused, ...granted } = grants[grant](form, settings, state, ownUrl);
  if (refused) return refused;
  return { status: 200, body: `${JSON.stringify(granted, null, 2)}\n` };
}

function refreshGrant(form, settings, state) {
  const refused = refuseClient(form, settings.clients);
  if (refused) return { refused };
  const token = form.get('refresh_token');
  if (!token) return { refused: missing('refresh_token') };
  if (token.startsWith('revoked') || state.ended.has(token)) {
    return { refused: refusal(400, 'invalid_grant', 'Token has been expired or revoked.') };
  }
  if (!isKnown(token, settings, state)) {
    return { refused: refusal(400, 'invalid_grant', 'Bad Request') };
  }
  const owner = state.issued.get(token);
  if (owner !== undefined && owner !== form.get('client_id')) {
    return { refused: refusal(401, 'unauthorized_client', 'Unauthorized') };
  }
  const granted = { access_token: accessToken(origin(token), settings, state),
    expires_in: settings.expiresIn, scope: settings.scope, token_type: 'Bearer' };
  if (settings.rotateRefreshTokens) granted.refresh_token = successor(token, form, settings, state);
  return granted;
}

function isKnown(token, { refreshTokens: known = knownByPrefix }, { issued }) {
  if (issued.has(token)) return true;
  const first = origin(token);
  return Array.isArray(known) ? known.includes(first) : known(first);
}

// The refresh token that takes this one's place; with 'revoke' the old one ends.
function successor(token, form, { rotateRefreshTokens }, state) {
  const next = `${origin(token)}~${Number(/~(\d+)$/.exec(token)?.[1] ?? 0) + 1}`;
  state.issued.set(next, form.get('client_id'));
  if (rotateRefreshTokens === 'revoke') state.ended.add(token);
  return next;
}

function codeGrant(form, settings, state) {
  const refused = refuseClient(form, settings.clients);
  if (refused) return { refused };
  if (!form.get('code')) return { refused: missing('code') };
  const redeemed = redeemCode(form, settings, state);
  if (redeemed.refused) return redeemed;
  const { refreshToken, seed, scope } = redeemed;
  const granted = { access_token: accessToken(seed, settings, state),
    expires_in: settings.expiresIn };
  if (refreshToken) granted.refresh_token = refreshToken;
  return { ...granted, scope, token_type: 'Bearer' };
}

function assertionGrant(form, settings, state, ownUrl) {
  const assertion = form.get('assertion');
  if (!assertion) return { refused: missing('assertion') };
  const { refused, email } = readAssertion(assertion, settings, ownUrl);
  if (refused) return { refused };
  return { access_token: accessToken(email, settings, state) + serviceAccountEnd,
    expires_in: settings.expiresIn, token_type: 'Bearer' };
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

const accessToken = (owner, settings, { serial }) =>
  issueToken(owner, serial, settings.now() + settings.expiresIn * 1000);

//   owner  refresh token, or e-mail of a service account
export function issueToken(owner, serial, expiresAtMs) {
  const text = `access-${serial}-for-${shortHash(owner)}-${Math.round(expiresAtMs)}`;
  return `${text}-${mac(text)}`;
}

// good | expired | unknown
export function judgeToken(token, nowMs) {
  const parts = /^(access-\d+-for-[0-9a-f]{8}-(\d+))-([\w-]{22})(\.{4})?$/.exec(token);
  if (!parts || mac(parts[1]) !== parts[3]) return 'unknown';
  return Number(parts[2]) > nowMs ? 'good' : 'expired';
}

// Who calls, as one text for all tokens of one sign-in; for quotas and caches of an account.
export function callerOf({ authorization = '', 'x-goog-api-key': key }) {
  return /-for-([0-9a-f]{8})-/.exec(authorization)?.[1] ?? key ?? authorization;
}

// True for a call that is made for this account, named by its refresh token, the e-mail of its
// service account or its API key: a call of the token endpoint, or an API call with its token.
export function isTokenFor({ target, headers, body }, account) {
  if (target !== 'token') {
    return headers['x-goog-api-key'] === account
      || (headers.authorization ?? '').includes(`-for-${shortHash(account)}-`);
  }
  const form = new URLSearchParams(body);
  const claims = form.get('assertion')?.split('.')[1];
  if (claims === undefined) return origin(form.get('refresh_token') ?? '') === account;
  return Buffer.from(claims, 'base64url').includes(JSON.stringify(account));
}
