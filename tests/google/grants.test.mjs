// The grants of the token endpoint besides the refresh token: a service account's signed assertion,
// and the code a person gets on the consent page.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { isTokenFor } from '../../tools/google/oauth.mjs';
import { ask, generate, refresh, start, user } from './helpers.mjs';

const prompt = { contents: [user('Hi')] };
const scope = 'https://www.googleapis.com/auth/cloud-platform';
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const email = 'robot@test-project.iam.gserviceaccount.com';
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const serviceAccounts = { [email]: { publicKey, keyId: 'key-1' } };
const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const fields = (answer) => ({ status: answer.status, ...JSON.parse(answer.text) });

function assertion({ header = {}, claims = {}, key = privateKey } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const text = `${encoded({ alg: 'RS256', typ: 'JWT', ...header })}.${encoded({ iss: email, scope,
    aud: 'https://oauth2.googleapis.com/token', iat: now - 10, exp: now + 3590, ...claims })}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}
const granted = async (google, signed) =>
  fields(await refresh(google, { grant_type: jwtBearer, assertion: signed }));

test('a signed assertion gives an access token that opens the API', async (t) => {
  const google = await start(t, { serviceAccounts, requireQuotaProject: true });
  for (const claims of [{}, { aud: `${google.url}/token` }, { sub: email }]) {
    const { status, access_token: token, ...rest } = await granted(google,
      assertion({ header: { kid: 'key-1' }, claims }));
    assert.deepEqual({ status, ...rest }, { status: 200, expires_in: 3599, token_type: 'Bearer' });
    assert.match(token, /\.{4}$/);
    assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer(token))).status, 200);
  }
  assert.equal((await granted(google, assertion())).status, 200);
  assert.ok(isTokenFor(google.requests[0], email) && isTokenFor(google.requests[1], email));
  assert.ok(!isTokenFor(google.requests[0], 'other') && !isTokenFor(google.requests[1], 'other'));
});

const shortLived = 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a '
  + 'reasonable timeframe. Check your iat and exp values in the JWT claim.';
const now = Math.floor(Date.now() / 1000);
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const wrongTimes = [{ exp: now + 3700 }, { iat: now + 120, exp: now + 3600 },
  { iat: now - 3600, exp: now - 1 }, { iat: undefined }, { exp: 'soon' }];
const badAssertions = [
  ['another key', { key: other }, 'invalid_grant', 'Invalid JWT Signature.'],
  ['another key id', { header: { kid: 'key-2' } }, 'invalid_grant', 'Invalid JWT Signature.'],
  ['another algorithm', { header: { alg: 'HS256' } }, 'invalid_grant', 'Invalid JWT Signature.'],
  ['an unknown account', { claims: { iss: 'nobody@test' } }, 'invalid_grant',
    'Invalid grant: account not found'],
  ['another audience', { claims: { aud: 'https://example.com' } }, 'invalid_grant',
    'Invalid JWT: Failed audience check. The right audience is '
      + 'https://oauth2.googleapis.com/token'],
  ['no scope', { claims: { scope: undefined } }, 'invalid_scope',
    'Invalid OAuth scope or ID token audience provided.'],
  ['a scope that is none', { claims: { scope: 'everything' } }, 'invalid_scope',
    'Invalid OAuth scope or ID token audience provided.'],
  ...wrongTimes.map((claims) =>
    [`times ${Object.keys(claims)}`, { claims }, 'invalid_grant', shortLived]),
];

for (const [name, change, error, description] of badAssertions) {
  test(`an assertion with ${name} is refused`, async (t) => {
    const google = await start(t, { serviceAccounts });
    assert.deepEqual(await granted(google, assertion(change)),
      { status: 400, error, error_description: description });
  });
}

test('an assertion in a wrong form, for somebody else, or missing', async (t) => {
  const google = await start(t);
  const good = assertion();
  for (const bad of ['x', 'a.b', `${good}=`, good.replace(/\.[^.]*$/, '.'), `.${good}`]) {
    assert.equal((await granted(google, bad)).error, 'invalid_grant', bad);
  }
  assert.equal((await granted(google, assertion({ claims: { sub: 'a@b' } }))).error,
    'unauthorized_client');
  assert.deepEqual(fields(await refresh(google, { grant_type: jwtBearer })), { status: 400,
    error: 'invalid_request', error_description: 'Missing required parameter: assertion' });
});

test('without a list of accounts any signature will do', async (t) => {
  const google = await start(t);
  assert.equal((await granted(google, assertion({ key: other }))).status, 200);
});

const verifier = 'a-verifier-of-at-least-forty-three-characters';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const redirectUri = 'http://127.0.0.1:1234/back?here=1';
const asked = { client_id: 'client-a', redirect_uri: redirectUri, response_type: 'code',
  scope: `openid ${scope}`, state: 'a&b', access_type: 'offline', code_challenge: challenge,
  code_challenge_method: 'S256' };
const without = (from, ...names) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
const page = (google, parameters) => ask(google,
  `/o/oauth2/v2/auth?${new URLSearchParams(parameters)}`, { method: 'GET', headers: {} });
const decide = async (google, parameters, decision) => {
  const answer = await ask(google, '/o/oauth2/v2/auth', { headers: {},
    body: new URLSearchParams({ ...parameters, decision }).toString() });
  assert.equal(answer.status, 302);
  return new URL(answer.headers.location);
};
const codeFor = async (google, parameters = asked) =>
  (await decide(google, parameters, 'allow')).searchParams.get('code');
const redeem = async (google, code, change = {}) => fields(await refresh(google,
  without({ grant_type: 'authorization_code', code, client_id: 'client-a',
    client_secret: 'secret-a', redirect_uri: redirectUri, code_verifier: verifier, ...change },
  ...Object.keys(change).filter((name) => change[name] === undefined))));

test('the consent page says what is asked for, and has two buttons', async (t) => {
  const google = await start(t);
  const { status, headers, text } = await page(google, { ...asked, client_id: '<b>"x"' });
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/html/);
  assert.match(text, /stand-in for Google, not Google/);
  assert.match(text, /&#60;b&#62;&#34;x&#34;/);
  assert.doesNotMatch(text, /<b>/);
  for (const name of asked.scope.split(' ')) assert.ok(text.includes(`<li>${name}</li>`));
  assert.deepEqual([...text.matchAll(/<button [^>]*>(\w+)</g)].map(([, label]) => label),
    ['Allow', 'Deny']);
  assert.equal(google.requests[0].target, 'consent');
});

test('Allow and Deny go back to the app, with its state and query', async (t) => {
  const google = await start(t);
  const allowed = await decide(google, asked, 'allow');
  assert.equal(`${allowed.origin}${allowed.pathname}`, 'http://127.0.0.1:1234/back');
  const { code, ...rest } = Object.fromEntries(allowed.searchParams);
  assert.match(code, /^4\/stand-in-/);
  assert.deepEqual(rest, { here: '1', state: 'a&b', scope: asked.scope });
  const denied = await decide(google, asked, 'deny');
  assert.deepEqual(Object.fromEntries(denied.searchParams),
    { here: '1', state: 'a&b', error: 'access_denied' });
});

const badPages = [
  ['no client', { client_id: '' }, 400, /Missing required parameter: client_id/],
  ['an unknown client', { client_id: 'other' }, 401, /The OAuth client was not found\./],
  ['no redirect', { redirect_uri: '' }, 400, /Missing required parameter: redirect_uri/],
  ['a foreign redirect', { redirect_uri: 'https://example.com/' }, 400, /redirect_uri_mismatch/],
  ['a redirect like loopback', { redirect_uri: 'http://127.0.0.1.example.com/' }, 400,
    /redirect_uri_mismatch/],
  ['no scope', { scope: '' }, 400, /Missing required parameter: scope/],
  ['another response type', { response_type: 'token' }, 400, /unsupported_response_type/],
  ['plain PKCE', { code_challenge_method: 'plain' }, 400, /code_challenge_method/],
  ['a short challenge', { code_challenge: 'short' }, 400, /43 base64url/],
  ['a method without challenge', { code_challenge: '' }, 400, /code_challenge/],
  ['another access type', { access_type: 'ever' }, 400, /access_type/],
];

for (const [name, change, status, words] of badPages) {
  test(`no consent page for ${name}`, async (t) => {
    const google = await start(t, { clients: { 'client-a': null } });
    const answer = await page(google, { ...asked, ...change });
    assert.equal(answer.status, status);
    assert.match(answer.text, words);
    assert.match(answer.text, /Access blocked/);
    const posted = await ask(google, '/o/oauth2/v2/auth', { headers: {},
      body: new URLSearchParams({ ...asked, ...change, decision: 'allow' }).toString() });
    assert.equal(posted.status, status);
  });
}

test('every loopback address is taken', async (t) => {
  const google = await start(t);
  for (const uri of ['http://127.0.0.1:1', 'http://localhost:8/x', 'http://[::1]:99/']) {
    assert.equal((await page(google, { ...asked, redirect_uri: uri })).status, 200, uri);
  }
});

test('a code gives tokens, and the refresh token works from then on', async (t) => {
  const google = await start(t, { refreshTokens: [], clients: { 'client-a': 'secret-a',
    'client-b': 'secret-b' } });
  const { refresh_token: token, access_token: access, ...rest } =
    await redeem(google, await codeFor(google));
  assert.deepEqual(rest, { status: 200, expires_in: 3599, scope: asked.scope,
    token_type: 'Bearer' });
  assert.match(token, /\//);
  assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer(access))).status, 200);
  const again = { grant_type: 'refresh_token', client_id: 'client-a', client_secret: 'secret-a',
    refresh_token: token };
  assert.equal((await refresh(google, again)).status, 200);
  assert.equal(fields(await refresh(google,
    { ...again, client_id: 'client-b', client_secret: 'secret-b' })).error, 'unauthorized_client');
});

test('no refresh token without offline access; PKCE may be left out', async (t) => {
  const google = await start(t);
  const online = await redeem(google, await codeFor(google, without(asked, 'access_type')));
  assert.deepEqual([online.status, online.refresh_token], [200, undefined]);
  const plain = without(asked, 'code_challenge', 'code_challenge_method');
  assert.equal((await redeem(google, await codeFor(google, plain),
    { code_verifier: undefined })).status, 200);
  assert.equal((await redeem(google, await codeFor(google, plain))).error_description,
    'code_verifier or verifier is not needed.');
});

const badCodes = [
  ['another redirect', { redirect_uri: 'http://127.0.0.1:1234/' }, 400, 'redirect_uri_mismatch',
    'Bad Request'],
  ['no verifier', { code_verifier: undefined }, 400, 'invalid_grant', 'Missing code verifier.'],
  ['another verifier', { code_verifier: `${verifier}x` }, 400, 'invalid_grant',
    'Invalid code verifier.'],
  ['another client', { client_id: 'client-b' }, 401, 'unauthorized_client', 'Unauthorized'],
  ['no client', { client_id: undefined }, 400, 'invalid_request',
    'Could not determine client ID from request.'],
  ['an unknown code', { code: '4/other' }, 400, 'invalid_grant', 'Malformed auth code.'],
  ['no code', { code: undefined }, 400, 'invalid_request', 'Missing required parameter: code'],
];

for (const [name, change, status, error, description] of badCodes) {
  test(`a code with ${name} is refused`, async (t) => {
    const google = await start(t);
    assert.deepEqual(await redeem(google, await codeFor(google), change),
      { status, error, error_description: description });
  });
}

test('a code is good once, and for ten minutes', async (t) => {
  let at = Date.now();
  const google = await start(t, { now: () => at });
  const code = await codeFor(google);
  assert.equal((await redeem(google, code)).status, 200);
  assert.equal((await redeem(google, code)).error, 'invalid_grant');
  const late = await codeFor(google);
  at += 600_001;
  assert.equal((await redeem(google, late)).error, 'invalid_grant');
});

test('refresh tokens may be replaced at every refresh', async (t) => {
  const google = await start(t, { refreshTokens: ['mine'], rotateRefreshTokens: true });
  const form = { grant_type: 'refresh_token', client_id: 'c', client_secret: 's' };
  const renew = async (token) => fields(await refresh(google, { ...form, refresh_token: token }));
  const first = await renew('mine');
  assert.equal(first.refresh_token, 'mine~1');
  assert.equal((await renew('mine~1')).refresh_token, 'mine~2');
  assert.equal((await renew('mine')).status, 200);
  google.options.rotateRefreshTokens = 'revoke';
  assert.equal((await renew('mine~2')).refresh_token, 'mine~3');
  assert.equal((await renew('mine~2')).error_description, 'Token has been expired or revoked.');
  assert.ok(google.requests.every((record) => isTokenFor(record, 'mine')));
  await generate(google, 'gemini-2.5-flash', prompt, bearer(first.access_token));
  assert.ok(isTokenFor(google.requests.at(-1), 'mine'));
});
