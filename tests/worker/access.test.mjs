// Who may call, over real HTTP. A refused caller costs nothing: no call to Google, no look into KV.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from './answers.mjs';
import { accounts, kKey, startProxy, startWorkerd } from './support.mjs';

// What must not be found in any answer or log line.
const kSecrets = {
  API_KEY: 'key-of-the-owner',
  OAUTH_CLIENT_SECRET: 'secret-of-the-client',
  ACCOUNTS: accounts('revoked-of-the-owner'),
};
const proxy = await startWorkerd({ after });
const { google } = proxy;

const whole = { stream: false };
const askOf = ({ chat }, headers) =>
  chat('Hello!', whole, { authorization: undefined, ...headers });
const ask = (headers) => askOf(proxy, headers);
const bearer = (value) => ask({ authorization: value });

async function assertServed(answer) {
  const { status, text } = await answer;
  assert.equal(status, 200, text);
}
async function assertRefused(answer, code) {
  const refused = await answer;
  assertError(refused, 401, code);
  assert.equal(refused.headers['www-authenticate'], 'Bearer');
  return refused.json.error.message;
}

test('K-01: without a key 401, and nothing else happens', async () => {
  await assertRefused(ask(), 'missing_api_key');
  assert.equal(google.requests.length, 0);
  assert.deepEqual((await proxy.kv.list()).keys, []);
});

test('K-02, K-04, K-05, K-11: what is not the key is refused', async () => {
  const values = [
    'Bearer wrong',
    `Bearer ${kKey}x`,
    'Bearer test-ke',
    'Bearer Test-Key',
    'Bearer test key',
    'Bearer',
    'Bearer ',
    kKey,
    `Basic ${kKey}`,
    `Token ${kKey}`,
    `Bearer ${kKey}, Bearer ${kKey}`,
    `Bearer ${kKey},`,
    `Bearer ${'x'.repeat(10_000)}`,
  ];
  for (const value of values) {
    const message = await assertRefused(bearer(value), 'invalid_api_key');
    assert.equal(message.includes(kKey), false);
  }
  assert.equal(google.requests.length, 0);
});

test('K-03: the scheme has no case, and space does not matter', async () => {
  for (const scheme of ['Bearer ', 'bearer ', 'BEARER ', 'Bearer    ', 'Bearer\t']) {
    await assertServed(bearer(scheme + kKey));
  }
});

test('K-06: other header fields for the key; Authorization counts first', async () => {
  for (const name of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    await assertServed(ask({ [name]: kKey }));
    await assertRefused(ask({ [name]: 'wrong' }), 'invalid_api_key');
    await assertRefused(ask({ [name]: kKey, authorization: 'Bearer wrong' }), 'invalid_api_key');
    await assertServed(ask({ [name]: 'wrong', authorization: `Bearer ${kKey}` }));
  }
});

test('K-07, K-08: a key in the URL, a cookie or the body is none', async () => {
  for (const query of [`key=${kKey}`, `a=b&api_key=${kKey}`]) {
    const refused = await proxy.call(`/v1/chat/completions?${query}`, {
      method: 'POST',
      headers: { authorization: undefined },
      body: '{}',
    });
    assertError(refused, 401, 'missing_api_key');
    assert.match(refused.json.error.message, /header/);
    assert.equal(refused.text.includes(kKey), false);
  }
  await assertRefused(ask({ cookie: `key=${kKey}` }), 'missing_api_key');
  await assertRefused(
    proxy.chat('Hello!', { api_key: kKey }, { authorization: undefined }),
    'missing_api_key',
  );
});

test('the list of models is open, but not to a wrong key', async () => {
  const models = (authorization) => proxy.call('/v1/models', { headers: { authorization } });
  await assertServed(models(undefined));
  await assertServed(models(`Bearer ${kKey}`));
  await assertRefused(models('Bearer wrong'), 'invalid_api_key');
  await proxy.restart({ MODELS_REQUIRE_KEY: 'true' });
  await assertRefused(models(undefined), 'missing_api_key');
  await assertServed(models(`Bearer ${kKey}`));
});

test('K-09, K-10: several keys', async () => {
  const longest = 'x'.repeat(512);
  await proxy.restart({ API_KEY: JSON.stringify(['first', '', 'middle', `${longest}x`, longest]) });
  for (const key of ['first', 'middle', longest]) await assertServed(bearer(`Bearer ${key}`));
  for (const key of ['', kKey, `${longest}x`])
    await assertRefused(bearer(`Bearer ${key}`), 'invalid_api_key');
});

test('a key with white space around it, as a pipe leaves it', async () => {
  await proxy.restart({ API_KEY: `  ${kKey}\n` });
  await assertServed(bearer(`Bearer ${kKey}`));
});

test('without any key it is closed', async () => {
  for (const API_KEY of ['', '   ', '[""]', '[']) {
    await proxy.restart({ API_KEY });
    assert.match(await assertRefused(ask(), 'no_api_key_configured'), /API_KEY/);
    await assertRefused(bearer('Bearer '), 'no_api_key_configured');
  }
});

test('ALLOW_ANONYMOUS=true opens it, and a key that is sent is still checked', async () => {
  await proxy.restart({ ALLOW_ANONYMOUS: 'true' });
  await assertServed(ask());
  await assertServed(bearer(`Bearer ${kKey}`));
  await assertRefused(bearer('Bearer wrong'), 'invalid_api_key');
  await proxy.logged(({ ev }) => ev === 'auth_open');
});

test('any other value of ALLOW_ANONYMOUS opens nothing', async () => {
  for (const ALLOW_ANONYMOUS of ['TRUE', 'yes', '1', 'loopback,true']) {
    await proxy.restart({ ALLOW_ANONYMOUS });
    await assertRefused(ask(), 'missing_api_key');
    await proxy.logged(({ code }) => code === 'allow_anonymous_invalid');
    proxy.logs().length = 0;
  }
});

// With startProxy, as the caller's address is what `wrangler dev` makes of it: it sets
// cf-connecting-ip unless the caller has.
test('ALLOW_ANONYMOUS=loopback: this machine needs no key, others do', async (t) => {
  const dev = await startProxy(t, { settings: { ALLOW_ANONYMOUS: 'loopback' } });
  const { port } = new URL(dev.url);
  const welcome = [
    {},
    { host: `localhost:${port}` },
    { host: `127.0.0.1:${port}` },
    { host: `[::1]:${port}` },
    { origin: 'http://localhost:3000' },
    { origin: 'http://127.0.0.1' },
    { origin: 'http://[::1]:5173' },
  ];
  for (const headers of welcome) await assertServed(askOf(dev, headers));
  const refused = [
    { host: 'proxy.example.com' },
    { host: `192.168.1.2:${port}` },
    { host: 'localhost.example.com' },
    { 'cf-connecting-ip': '192.168.1.3' },
    { 'cf-connecting-ip': '127.0.0.1', host: 'proxy.example.com' },
    { 'cf-ray': '8f3a-BER' },
    { origin: 'https://page.example.com' },
    { origin: 'null' },
    { origin: 'https://localhost.example.com' },
    { origin: 'http://localhost@page.example.com' },
  ];
  for (const headers of refused) await assertRefused(askOf(dev, headers), 'missing_api_key');
  await assertServed(askOf(dev, { host: 'proxy.example.com', authorization: `Bearer ${kKey}` }));
  await assertRefused(askOf(dev, { authorization: 'Bearer wrong' }), 'invalid_api_key');
});

// A client library must send something; where there is no key it is checked against nothing.
test('ALLOW_ANONYMOUS=loopback without API_KEY takes any key', async () => {
  await proxy.restart({ ALLOW_ANONYMOUS: 'loopback', API_KEY: '' });
  await assertServed(bearer('Bearer anything'));
  await assertRefused(ask({ 'cf-connecting-ip': '192.168.1.3' }), 'no_api_key_configured');
});

test('K-13: no answer and no line of the log has a secret', async () => {
  await proxy.restart(kSecrets);
  const key = { authorization: `Bearer ${kSecrets.API_KEY}` };
  const answers = [
    await proxy.chat('Hello!', whole, key),
    await ask(),
    await proxy.chat('{', { n: 'x' }, key),
    await proxy.call('/health?verbose=1'),
    await proxy.call('/v1/models', { headers: key }),
  ];
  assert.equal(answers[0].status, 503);
  await proxy.restart({ ...kSecrets, ACCOUNTS: '[{"refresh_token":"cut-of-the-owner' });
  answers.push(await proxy.chat('Hello!', whole, key));
  assertError(answers.at(-1), 503, 'accounts_invalid');
  await proxy.logged(({ ev }) => ev === 'account_dead');
  await proxy.logged(({ ev, code }) => ev === 'config' && code === 'accounts_invalid');
  const shown =
    JSON.stringify(answers.map(({ headers, text }) => [headers, text])) + proxy.logs().join();
  assert.doesNotMatch(shown, /of-the-(owner|client)/);
});
