// The JWT a service account signs to get an access token: its form, its claims, its signature.
// Source: developers.google.com/identity "Using OAuth 2.0 for server to server applications",
// RFC 7523; error texts from public reports.
import { createPublicKey, verify } from 'node:crypto';
import { refusal } from './errors.mjs';

const audience = 'https://oauth2.googleapis.com/token';
const mostSeconds = 3600;
const skewSeconds = 60;
const goodScope = /^(https:\/\/www\.googleapis\.com\/auth\/[\w./-]+|openid|email|profile)$/;

const invalid = (description) => ({ refused: refusal(400, 'invalid_grant', description) });
const badForm = invalid('Bad Request');
const badSignature = invalid('Invalid JWT Signature.');
const badTime = invalid('Invalid JWT: Token must be a short-lived token (60 minutes) and in a '
  + 'reasonable timeframe. Check your iat and exp values in the JWT claim.');

// base64url without padding, as RFC 7515 has it; null for anything else.
const decoded = (text) => (/^[\w-]+$/.test(text) ? Buffer.from(text, 'base64url') : null);

function objectIn(text) {
  try {
    const value = JSON.parse(decoded(text)?.toString('utf8'));
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

// Judges an assertion.
//   settings  {serviceAccounts?: {email: {publicKey: PEM or KeyObject, keyId?}}, now()}; without
//             accounts everybody is known and the signature only has to be there
//   ownUrl    address of this token endpoint, which is a good audience, too
//   returns   {email, scope}, or {refused: {status, body}}
export function readAssertion(assertion, settings, ownUrl) {
  const pieces = assertion.split('.');
  const [header, claims] = pieces.map(objectIn);
  const signature = decoded(pieces[2] ?? '');
  if (pieces.length !== 3 || !header || !claims || !signature) return badForm;
  if (header.alg !== 'RS256') return badSignature;
  const refused = refuseClaims(claims, settings.now() / 1000, [audience, ownUrl]);
  if (refused) return refused;
  const accounts = settings.serviceAccounts;
  if (accounts) {
    if (!Object.hasOwn(accounts, claims.iss)) return invalid('Invalid grant: account not found');
    const account = accounts[claims.iss];
    const isOther = account.keyId !== undefined && (header.kid ?? account.keyId) !== account.keyId;
    const signed = Buffer.from(`${pieces[0]}.${pieces[1]}`);
    if (isOther || !isSigned(signed, account.publicKey, signature)) return badSignature;
  }
  const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
  if (scopes.length === 0 || !scopes.every((scope) => goodScope.test(scope))) {
    return { refused: refusal(400, 'invalid_scope',
      'Invalid OAuth scope or ID token audience provided.') };
  }
  return { email: claims.iss, scope: claims.scope };
}

function refuseClaims({ iss, aud, iat, exp, sub }, now, audiences) {
  if (typeof iss !== 'string' || iss === '') return invalid('Invalid JWT: iss field missing.');
  if (!audiences.includes(aud)) {
    return invalid(`Invalid JWT: Failed audience check. The right audience is ${audience}`);
  }
  if (![iat, exp].every(Number.isInteger)) return badTime;
  if (exp - iat > mostSeconds || iat > now + skewSeconds || exp <= now) return badTime;
  if (sub === undefined || sub === iss) return null;
  return { refused: refusal(401, 'unauthorized_client', 'Client is unauthorized to retrieve access '
    + 'tokens using this method, or client not authorized for any of the scopes requested.') };
}

function isSigned(bytes, publicKey, signature) {
  const key = typeof publicKey === 'string' ? createPublicKey(publicKey) : publicKey;
  return verify('RSA-SHA256', bytes, key, signature);
}
