import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken } from '../../tools/google/oauth.mjs';
import { ask, generate, refresh, start, user } from './helpers.mjs';

const form = { grant_type: 'refresh_token', client_id: 'client-a', client_secret: 'secret-a',
  refresh_token: 'refresh-a' };
const prompt = { contents: [user('Hi')] };
const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const errorOf = (answer) => JSON.parse(answer.text).error;

test('a refresh token gives a new access token each time, and it opens the API', async (t) => {
  const google = await start(t, { expiresIn: 1234 });
  const first = JSON.parse((await refresh(google, form)).text);
  const second = JSON.parse((await refresh(google, form)).text);
  assert.match(first.access_token, /^access-1-for-[0-9a-f]{8}-/);
  assert.match(second.access_token, /^access-2-for-[0-9a-f]{8}-/);
  assert.equal(first.expires_in, 1234);
  assert.equal(first.token_type, 'Bearer');
  assert.equal(typeof first.scope, 'string');
  for (const { access_token: token } of [first, second]) {
    assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer(token))).status, 200);
  }
});

test('"stand-in" is a good refresh token', async (t) => {
  const google = await start(t);
  assert.equal((await refresh(google, { ...form, refresh_token: 'stand-in' })).status, 200);
});

const refusals = [
  ['no grant type', { grant_type: undefined }, 400, 'invalid_request',
    'Missing required parameter: grant_type'],
  ['another grant type', { grant_type: 'password' }, 400, 'unsupported_grant_type',
    'Invalid grant_type: password'],
  ['no client', { client_id: undefined }, 400, 'invalid_request',
    'Could not determine client ID from request.'],
  ['no secret', { client_secret: undefined }, 400, 'invalid_request', 'client_secret is missing.'],
  ['no refresh token', { refresh_token: undefined }, 400, 'invalid_request',
    'Missing required parameter: refresh_token'],
  ['unknown refresh token', { refresh_token: 'other' }, 400, 'invalid_grant', 'Bad Request'],
  ['revoked refresh token', { refresh_token: 'revoked-a' }, 400, 'invalid_grant',
    'Token has been expired or revoked.'],
];

for (const [name, change, status, error, description] of refusals) {
  test(`token endpoint: ${name}`, async (t) => {
    const google = await start(t);
    const fields = Object.entries({ ...form, ...change }).filter(([, value]) =>
      value !== undefined);
    const answer = await refresh(google, Object.fromEntries(fields));
    assert.equal(answer.status, status);
    assert.deepEqual(JSON.parse(answer.text), { error, error_description: description });
  });
}

test('clients and refresh tokens may be a list', async (t) => {
  const google = await start(t, { clients: { 'client-a': 'secret-a', public: null },
    refreshTokens: ['mine'] });
  const at = async (change) => {
    const answer = await refresh(google, { ...form, refresh_token: 'mine', ...change });
    return [answer.status, JSON.parse(answer.text).error];
  };
  assert.deepEqual(await at({}), [200, undefined]);
  assert.deepEqual(await at({ client_id: 'public', client_secret: '' }), [200, undefined]);
  assert.deepEqual(await at({ client_id: 'nobody' }), [401, 'invalid_client']);
  assert.deepEqual(await at({ client_secret: 'wrong' }), [401, 'invalid_client']);
  assert.deepEqual(await at({ refresh_token: 'refresh-a' }), [400, 'invalid_grant']);
});

test('an access token outlives the process that issued it', async (t) => {
  const first = await start(t);
  const { access_token: token } = JSON.parse((await refresh(first, form)).text);
  const second = await start(t);
  assert.equal((await generate(second, 'gemini-2.5-flash', prompt, bearer(token))).status, 200);
});

test('an access token expires', async (t) => {
  let now = Date.now();
  const google = await start(t, { expiresIn: 60, now: () => now });
  const { access_token: token } = JSON.parse((await refresh(google, form)).text);
  now += 59_000;
  assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer(token))).status, 200);
  now += 1000;
  const answer = await generate(google, 'gemini-2.5-flash', prompt, bearer(token));
  assert.equal(answer.status, 401);
  const error = errorOf(answer);
  assert.equal(error.status, 'UNAUTHENTICATED');
  assert.match(error.message,
    /^Request had invalid authentication credentials\. Expected OAuth 2 access token/);
  assert.equal(error.details[0]['@type'], 'type.googleapis.com/google.rpc.ErrorInfo');
  assert.equal(error.details[0].reason, 'ACCESS_TOKEN_EXPIRED');
});

const good = issueToken('refresh-a', 1, Date.now() + 60_000);
const credentials = [
  ['none', {}, 403, 'PERMISSION_DENIED', undefined],
  ['foreign token', { authorization: 'Bearer some-token' }, 401, 'UNAUTHENTICATED',
    'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
  ['changed token', { authorization: `Bearer ${good.replace('access-1', 'access-2')}` }, 401,
    'UNAUTHENTICATED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
  ['empty bearer', { authorization: 'Bearer ' }, 401, 'UNAUTHENTICATED', 'CREDENTIALS_MISSING'],
  ['other scheme', { authorization: 'Basic YTpi' }, 401, 'UNAUTHENTICATED', 'CREDENTIALS_MISSING'],
  ['bad key', { 'x-goog-api-key': 'wrong' }, 400, 'INVALID_ARGUMENT', 'API_KEY_INVALID'],
  ['good key', { 'x-goog-api-key': 'key-a' }, 200],
  ['lower-case scheme', { authorization: `bearer ${good}` }, 200],
  ['good key, bad token: the token counts', { 'x-goog-api-key': 'key-a',
    authorization: 'Bearer x' },
    401, 'UNAUTHENTICATED', 'ACCESS_TOKEN_TYPE_UNSUPPORTED'],
];

for (const [name, headers, status, code, reason] of credentials) {
  test(`credential of an API call: ${name}`, async (t) => {
    const google = await start(t);
    for (const path of ['/v1beta/models/gemini-2.5-flash:generateContent', '/v1beta/models']) {
      const isList = path.endsWith('models');
      const answer = await ask(google, path,
        { method: isList ? 'GET' : 'POST', body: isList ? undefined : prompt, headers });
      assert.equal(answer.status, status);
      if (status === 200) continue;
      assert.equal(errorOf(answer).code, status);
      assert.equal(errorOf(answer).status, code);
      assert.equal(errorOf(answer).details?.[0].reason, reason);
    }
  });
}

test('missing credentials are refused in Google\'s words', async (t) => {
  const google = await start(t);
  const answer = await generate(google, 'gemini-2.5-flash', prompt, { headers: {} });
  assert.equal(errorOf(answer).message,
    "Method doesn't allow unregistered callers (callers without "
    + 'established identity). Please use API Key or other form of API consumer identity to call '
    + 'this API.');
});

test('foreign tokens and missing quota projects are options', async (t) => {
  const google = await start(t, { acceptForeignTokens: true });
  assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer('any'))).status, 200);
  google.options.requireQuotaProject = true;
  assert.equal((await generate(google, 'gemini-2.5-flash', prompt, bearer('any'))).status, 403);
  const headers = { authorization: 'Bearer any', 'x-goog-user-project': 'p' };
  assert.equal((await generate(google, 'gemini-2.5-flash', prompt, { headers })).status, 200);
});
