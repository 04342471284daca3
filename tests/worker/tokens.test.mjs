// Access tokens: how often Google is asked for one, what KV keeps, which account gets which.
// That KV outlives the process is in restart.test.mjs; here a new isolate finds the KV of the last.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { isTokenFor, issueToken } from '../../tools/google/oauth.mjs';
import { assertError, echo, readStream } from './answers.mjs';
import { accounts, startWorkerd } from './support.mjs';
import { until } from './fixture/worker.mjs';

const proxy = await startWorkerd({ after });
const { google, kv } = proxy;

async function serve(prompt = 'Hello!') {
  const { status, text } = await proxy.chat(prompt, { stream: true });
  assert.equal(status, 200, text);
  assert.equal(readStream(text).content, echo(prompt));
}
// Another isolate, an empty KV unless told otherwise, and no memory of former calls.
async function begin({ settings, values = {} } = {}) {
  for (const { name } of (await kv.list()).keys) await kv.delete(name);
  for (const [name, value] of Object.entries(values)) await kv.put(name, JSON.stringify(value));
  await proxy.restart(settings);
  google.reset();
}
const refreshed = () =>
  proxy.tokenCalls().map(({ body }) => new URLSearchParams(body).get('refresh_token'));
// What KV holds, as soon as `wanted`; it is written when the answer is already on its way.
async function cached(name, wanted = () => true) {
  const find = async () => JSON.parse(await kv.get(name)) ?? undefined;
  await until(async () => (await find()) !== undefined && wanted(await find()), `${name} in KV`);
  return find();
}
const bearers = () => proxy.modelCalls().map(({ headers }) => headers.authorization);
// A value as it would be in KV; `fp` is taken over from one that the product wrote.
const valueOf = (refreshToken, { expires_in = 3599, age = 0, ...more } = {}) => ({
  access_token: issueToken(refreshToken, 1000, Date.now() + 3_600_000),
  expires_in,
  timestamp: Date.now() - age * 1000,
  ...more,
});

beforeEach(() => begin());

test('the first chat gets a token and keeps it; the next one asks nobody', async () => {
  const before = Date.now();
  await serve();
  const value = await cached('token_0');
  assert.deepEqual(Object.keys(value), ['access_token', 'expires_in', 'timestamp', 'fp']);
  assert.ok(isTokenFor({ headers: { authorization: value.access_token } }, 'refresh-a'));
  assert.equal(value.expires_in, 3599);
  assert.ok(value.timestamp >= before && value.timestamp <= Date.now());
  assert.match(value.fp, /^[0-9a-f]{16}$/);
  const { keys } = await kv.list();
  assert.deepEqual(
    keys.map(({ name }) => name),
    ['token_0'],
  );
  assert.ok(Math.abs(keys[0].expiration - (before / 1000 + 3599)) < 60);
  await serve('And again.');
  assert.equal(proxy.tokenCalls().length, 1);
  assert.deepEqual(new Set(bearers()), new Set([`Bearer ${value.access_token}`]));
});

test('what Google is asked for a token', async () => {
  await serve();
  const [{ method, url, headers, body }] = proxy.tokenCalls();
  assert.deepEqual([method, url], ['POST', '/token']);
  assert.equal(headers['content-type'], 'application/x-www-form-urlencoded');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(body)), {
    grant_type: 'refresh_token',
    client_id: 'test-client',
    client_secret: 'test-client-secret',
    refresh_token: 'refresh-a',
  });
});

test('a new isolate takes the token from KV; without it, it gets one', async () => {
  await serve();
  await proxy.restart();
  await serve();
  assert.equal(proxy.tokenCalls().length, 1);
  await kv.delete('token_0');
  await serve();
  assert.equal(proxy.tokenCalls().length, 1, 'an isolate goes on with the copy in its memory');
  await proxy.restart();
  await serve();
  assert.equal(proxy.tokenCalls().length, 2);
});

test('O-16: 50 requests at once on a cold isolate make one refresh', async () => {
  await Promise.all(Array.from({ length: 50 }, (_, i) => serve(`Hello ${i}!`)));
  assert.deepEqual([proxy.tokenCalls().length, proxy.modelCalls().length], [1, 50]);
});

test('O-21: when the account that is asked first fails, the next one serves', async () => {
  await begin({ settings: { ACCOUNTS: accounts('refresh-a', 'refresh-b') } });
  let first; // which one that is, is by chance
  google.script(({ target, body }) => {
    if (target !== 'token') return undefined;
    const token = new URLSearchParams(body).get('refresh_token');
    first ??= token;
    return token === first ? 'invalid_grant' : undefined;
  });
  await serve();
  await serve();
  const [dead, good] = refreshed();
  assert.deepEqual(refreshed().toSorted(), ['refresh-a', 'refresh-b'], 'each is asked once');
  for (const authorization of bearers())
    assert.ok(isTokenFor({ headers: { authorization } }, good));
  const indexOf = (token) => ['refresh-a', 'refresh-b'].indexOf(token);
  const { reason } = await cached(`dead_${indexOf(dead)}`);
  assert.equal(reason, 'invalid_grant');
  await cached(`token_${indexOf(good)}`);
  await proxy.logged(({ ev, acct }) => ev === 'account_dead' && acct === indexOf(dead));
  // Another isolate does not ask the dead one again.
  await proxy.restart({ ACCOUNTS: accounts('refresh-a', 'refresh-b') });
  await serve();
  assert.equal(proxy.tokenCalls().length, 2);
});

test('a revoked account beside a good one is never in the way', async () => {
  await begin({ settings: { ACCOUNTS: accounts('revoked-a', 'refresh-b') } });
  for (let i = 0; i < 5; i += 1) await serve(`Hello ${i}!`);
  assert.ok(proxy.tokenCalls().length <= 2);
});

test('a disabled account is not asked', async () => {
  await begin({
    settings: { ACCOUNTS: accounts({ refresh_token: 'refresh-a', disabled: true }, 'refresh-b') },
  });
  for (let i = 0; i < 3; i += 1) await serve(`Hello ${i}!`);
  assert.deepEqual(refreshed(), ['refresh-b']);
  assert.deepEqual(
    (await kv.list()).keys.map(({ name }) => name),
    ['token_1'],
  );
  await begin({ settings: { ACCOUNTS: accounts({ refresh_token: 'refresh-a', disabled: true }) } });
  assertError(await proxy.chat('Hello!'), 503, 'no_enabled_account');
  assert.equal(google.requests.length, 0);
});

test('O-17: a token that Google no longer takes is replaced, also in KV', async () => {
  await serve();
  const { access_token: old } = await cached('token_0');
  google.script(({ headers }) => (headers.authorization === `Bearer ${old}` ? '401' : undefined));
  await serve();
  await serve();
  assert.equal(proxy.tokenCalls().length, 2);
  assert.deepEqual(
    bearers().map((each) => each === `Bearer ${old}`),
    [true, true, false, false],
  );
  await cached('token_0', ({ access_token: token }) => token !== old);
});

test('O-18: a token that is refused as soon as it is made is not made for ever', async () => {
  google.script(({ target }) => (target === 'token' ? undefined : '401'));
  const answer = await proxy.chat('Hello!');
  assertError(answer, 403, 'upstream_permission_denied');
  assert.ok(proxy.tokenCalls().length <= 2 && proxy.modelCalls().length <= 2);
});

test('a value in KV that is old, foreign or no value makes one refresh', async () => {
  await serve();
  const { fp } = await cached('token_0');
  const bad = [
    valueOf('refresh-a', { fp, age: 3600 }),
    valueOf('refresh-a', { fp: '0123456789abcdef' }),
    { fp, access_token: 5, expires_in: 3599, timestamp: Date.now() },
    [],
  ];
  for (const value of bad) {
    await begin({ values: { token_0: value } });
    await serve();
    assert.equal(proxy.tokenCalls().length, 1, JSON.stringify(value));
    await cached(
      'token_0',
      (written) => written.fp === fp && written.access_token !== value.access_token,
    );
  }
  for (const value of [valueOf('refresh-a', { fp }), valueOf('refresh-a')]) {
    await begin({ values: { token_0: value } });
    await serve();
    assert.equal(proxy.tokenCalls().length, 0, JSON.stringify(value));
    assert.deepEqual(bearers(), [`Bearer ${value.access_token}`]);
  }
});

test('A-13: after a change of ACCOUNTS no account gets the token of another', async () => {
  const entry = (name) => ({ refresh_token: `refresh-${name}`, projectId: `project-${name}` });
  await begin({ settings: { ACCOUNTS: accounts(entry('a')) } });
  await serve();
  const { fp } = await cached('token_0');
  await proxy.restart({ ACCOUNTS: accounts(entry('b')) });
  await serve();
  const { access_token: token } = await cached('token_0', (written) => written.fp !== fp);
  assert.ok(isTokenFor({ headers: { authorization: token } }, 'refresh-b'));
  await proxy.restart({ ACCOUNTS: accounts(entry('b'), entry('a'), entry('c')) });
  for (let i = 0; i < 3; i += 1) await serve();
  for (const { headers } of proxy.modelCalls()) {
    const name = headers['x-goog-user-project'].replace('project', 'refresh');
    assert.ok(isTokenFor({ headers }, name), name);
  }
  assert.deepEqual(refreshed().slice(0, 2), ['refresh-a', 'refresh-b']);
});

test('when no token can be had, the message says so in the words to search for', async () => {
  await begin({ settings: { ACCOUNTS: accounts('revoked-a', 'revoked-b') } });
  const dead = await proxy.chat('Hello!');
  assertError(dead, 503, 'all_accounts_dead');
  assert.match(
    dead.json.error.message,
    /^No available token.*Failed to refresh token.*invalid_grant/s,
  );
  assert.equal(dead.headers['x-should-retry'], 'false');

  await begin();
  google.script(['invalid_client']);
  const rejected = await proxy.chat('Hello!');
  assertError(rejected, 503, 'token_refresh_failed');
  assert.match(rejected.json.error.message, /^Failed to refresh token.*invalid_client/s);
  assert.equal(rejected.headers['x-should-retry'], 'false');

  await begin();
  google.script([{ fault: 'internal_failure', times: 'always' }]);
  const passing = await proxy.chat('Hello!');
  assertError(passing, 503, 'token_refresh_failed');
  assert.equal(passing.headers['x-should-retry'], 'true');
  assert.ok(Number(passing.headers['retry-after']) >= 1);
  assert.equal(proxy.modelCalls().length, 0);
});

test('an account with an OAuth client of its own', async () => {
  const own = { refresh_token: 'refresh-a', client_id: 'own-client', client_secret: 'own-secret' };
  await begin({ settings: { ACCOUNTS: accounts(own) } });
  await serve();
  const form = new URLSearchParams(proxy.tokenCalls()[0].body);
  assert.deepEqual(
    [form.get('client_id'), form.get('client_secret')],
    ['own-client', 'own-secret'],
  );
});
