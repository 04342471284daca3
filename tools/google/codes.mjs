// Authorization codes: from the consent page to the token endpoint. A code is good once and for ten
// minutes. Source: developers.google.com/identity "OAuth 2.0 for mobile and desktop apps",
// RFC 7636 (PKCE).
import { createHash, randomBytes } from 'node:crypto';
import { refusal } from './errors.mjs';

const lifeMs = 600_000;
const random = (bytes) => randomBytes(bytes).toString('base64url');

//   asked    parameters of the consent page: client_id, redirect_uri, scope, access_type, and
//            code_challenge where there is one
//   returns  the code, with a slash as Google's codes have it
export function issueCode(asked, settings, state) {
  const code = `4/stand-in-${random(18)}`;
  state.codes.set(code, { asked, until: settings.now() + lifeMs });
  return code;
}

// Takes a code back. What is wrong with the code itself ends it, too.
//   returns  {seed, scope, refreshToken?} or {refused}
export function redeemCode(form, settings, { codes, issued }) {
  const code = form.get('code');
  const found = codes.get(code);
  const refuse = (status, error, description) => ({ refused: refusal(status, error, description) });
  if (!found) return refuse(400, 'invalid_grant', 'Malformed auth code.');
  const { asked, until, isUsed } = found;
  found.isUsed = true;
  if (isUsed || settings.now() > until) return refuse(400, 'invalid_grant', 'Bad Request');
  if (asked.client_id !== form.get('client_id')) {
    return refuse(401, 'unauthorized_client', 'Unauthorized');
  }
  if (asked.redirect_uri !== form.get('redirect_uri')) {
    return refuse(400, 'redirect_uri_mismatch', 'Bad Request');
  }
  const wrong = wrongVerifier(asked.code_challenge, form.get('code_verifier'));
  if (wrong) return refuse(400, 'invalid_grant', wrong);
  const { scope } = asked;
  if (asked.access_type !== 'offline') return { seed: code, scope };
  const refreshToken = `refresh-signed-in/${random(18)}`;
  issued.set(refreshToken, asked.client_id);
  return { seed: refreshToken, scope, refreshToken };
}

function wrongVerifier(challenge, verifier) {
  if (!challenge) return verifier ? 'code_verifier or verifier is not needed.' : null;
  if (!verifier) return 'Missing code verifier.';
  const isForm = /^[\w.~-]{43,128}$/.test(verifier);
  const made = createHash('sha256').update(verifier).digest('base64url');
  return isForm && made === challenge ? null : 'Invalid code verifier.';
}
