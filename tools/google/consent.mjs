// The page where a person allows an app to use their account. Here nobody has to sign in: the page
// says what is asked for and has two buttons.
// Source: developers.google.com/identity "OAuth 2.0 for mobile and desktop apps".
import { issueCode } from './codes.mjs';

const names = ['client_id', 'redirect_uri', 'response_type', 'scope', 'state', 'access_type',
  'prompt', 'code_challenge', 'code_challenge_method'];
const loopback = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?(\/[^#\s]*)?$/;
const challengeForm = /^[\w-]{43}$/;

const headers = { 'content-type': 'text/html; charset=UTF-8', 'cache-control': 'no-store',
  'x-frame-options': 'DENY', server: 'stand-in for Google' };

const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (status, title, body) => ({ status, headers, body: `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; }
li, code { overflow-wrap: anywhere; }
button { font: inherit; padding: .5rem 1.5rem; margin-right: .5rem; }
</style>
</head>
<body>
${body}
</body>
</html>
` });

// GET shows the page; POST, from its buttons, sends the browser back to the app.
//   call     of routes.mjs, with body; the parameters are in the query or in the form
//   state    of oauth.mjs
//   returns  {status, headers, body}
export function consent(call, settings, state) {
  const given = call.method === 'POST' ? new URLSearchParams(call.body) : call.query;
  const asked = Object.fromEntries(names.filter((name) => given.get(name))
    .map((name) => [name, given.get(name)]));
  const wrong = whatIsWrong(asked, settings.clients);
  if (wrong) return errorPage(...wrong);
  if (call.method !== 'POST') return consentPage(asked);
  const decision = given.get('decision');
  if (decision === 'allow') {
    const code = issueCode(asked, settings, state);
    return redirect(asked, { code, scope: asked.scope });
  }
  return redirect(asked, { error: 'access_denied' });
}

// [status, error, words] of Google's error page, or null.
function whatIsWrong(asked, clients) {
  const bad = (why) => [400, 'invalid_request', why];
  for (const name of ['client_id', 'redirect_uri', 'response_type', 'scope']) {
    if (!asked[name]) return bad(`Missing required parameter: ${name}`);
  }
  if (clients && !Object.hasOwn(clients, asked.client_id)) {
    return [401, 'invalid_client', 'The OAuth client was not found.'];
  }
  if (!loopback.test(asked.redirect_uri)) {
    return [400, 'redirect_uri_mismatch', 'A desktop app is sent back to a loopback address: '
      + 'http://127.0.0.1, http://[::1] or http://localhost, with a port.'];
  }
  if (asked.response_type !== 'code') {
    return [400, 'unsupported_response_type', `Invalid response_type: ${asked.response_type}`];
  }
  if (!['online', 'offline', undefined].includes(asked.access_type)) {
    return bad(`Invalid parameter value for access_type: ${asked.access_type}`);
  }
  const { code_challenge: challenge, code_challenge_method: method } = asked;
  if (challenge === undefined) {
    return method === undefined ? null : bad('Missing required parameter: code_challenge');
  }
  if (method !== 'S256') {
    return bad('Invalid parameter value for code_challenge_method: '
      + `${method ?? 'plain'} (S256 only)`);
  }
  return challengeForm.test(challenge) ? null
    : bad('Code challenge must be 43 base64url characters');
}

const errorPage = (status, error, why) => page(status, `Error ${status}: ${error}`,
  `<h1>Access blocked: authorization error</h1>
<p>${escaped(why)}</p>
<p>Error ${status}: ${error}</p>
<p>This is the stand-in for Google, not Google.</p>`);

function consentPage(asked) {
  const fields = Object.entries(asked).map(([name, value]) =>
    `<input type="hidden" name="${name}" value="${escaped(value)}">`);
  const scopes = asked.scope.split(' ').filter(Boolean)
    .map((scope) => `<li>${escaped(scope)}</li>`);
  return page(200, 'Sign in to the stand-in for Google', `<h1>Allow access?</h1>
<p><strong>This is the stand-in for Google, not Google.</strong> Nobody signs in here and nothing
reaches Google.</p>
<p>The app <code>${escaped(asked.client_id)}</code> asks for:</p>
<ul>
${scopes.join('\n')}
</ul>
<form method="post" action="/o/oauth2/v2/auth">
${fields.join('\n')}
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`);
}

function redirect(asked, result) {
  const url = new URL(asked.redirect_uri);
  if (asked.state !== undefined) url.searchParams.set('state', asked.state);
  for (const [name, value] of Object.entries(result)) url.searchParams.set(name, value);
  return { status: 302, headers: { ...headers, location: url.href }, body: '' };
}
