// The three upstreams and the three kinds of credentials, on workerd against the stand-in, which
// refuses what Google refuses there: unknown fields, foreign tokens, wrong signatures.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { assertError, echo } from './answers.mjs';
import { kKey, kModel, startWorkerd } from './support.mjs';

const kEmail = 'robot@test-project.iam.example';
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const keyFile = {
  type: 'service_account',
  project_id: 'test-project',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: kEmail,
  token_uri: 'https://oauth2.googleapis.com/token',
};

const proxy = await startWorkerd({ after }, {
  google: { serviceAccounts: { [kEmail]: { publicKey, keyId: 'key-1' } } },
});
const { chat, google } = proxy;

// The product with these accounts, all of whose addresses are the stand-in.
const withAccounts = (entries, more) => {
  google.reset();
  return proxy.restart({
    ACCOUNTS: JSON.stringify(entries),
    VERTEX_BASE_URL: google.url,
    CODE_ASSIST_BASE_URL: google.url,
    ENABLE_CODE_ASSIST: '1',
    ...more,
  });
};
const vertex = { refresh_token: 'refresh-v', upstream: 'vertex', projectId: 'project-v' };
const codeAssist = { refresh_token: 'refresh-c', upstream: 'codeassist' };
const served = async (more) => {
  const { status, text, json } = await chat('Hello!', { stream: false, ...more });
  assert.equal(status, 200, text);
  assert.equal(json.choices[0].message.content, echo('Hello!'));
  return google.requests.at(-1);
};
const statusOf = async () => (await proxy.call('/v1/status')).json;

test('an API key goes in a header field of its own, and no token is asked for', async () => {
  await withAccounts([{ api_key: 'key-a' }]);
  const { headers, url } = await served();
  assert.equal(headers['x-goog-api-key'], 'key-a');
  assert.equal(headers.authorization, undefined);
  assert.equal(url.includes('key'), false);
  assert.equal(proxy.tokenCalls().length, 0);
  assert.deepEqual((await proxy.kv.list()).keys, []);
});

test('U-04: a refused key is dead, and the next account serves', async () => {
  await withAccounts([{ api_key: 'wrong-key' }, { api_key: 'key-b' }], { ACCOUNT_AFFINITY: 'false' });
  for (let i = 0; i < 4; i += 1) assert.equal((await served()).headers['x-goog-api-key'], 'key-b');
  const refused = google.requests.filter(({ headers }) => headers['x-goog-api-key'] === 'wrong-key');
  assert.ok(refused.length <= 1);
  assertError(await chat('Hello!', {}, { 'x-proxy-account': '0' }), 503, 'all_accounts_dead');
  const [account] = (await statusOf()).accounts;
  assert.equal(account.state, 'dead');
  assert.equal(account.reason, 'api_key_invalid');
});

test('a service account signs with WebCrypto what Google verifies, pasted in any form', async () => {
  const forms = [
    keyFile,
    { service_account: keyFile },
    { service_account: JSON.stringify(keyFile) },
    { service_account: { ...keyFile, private_key: privateKey.replaceAll('\n', '\\n') } },
  ];
  for (const entry of forms) {
    await withAccounts([{ ...entry, upstream: 'vertex' }]);
    const request = await served();
    assert.equal(request.upstream, 'vertex');
    assert.equal(request.project, 'test-project');
    await served();
    assert.equal(proxy.tokenCalls().length, 1);
    await proxy.kv.delete('token_0');
  }
  await withAccounts([{ ...keyFile, client_email: 'other@test-project.iam.example' }]);
  assertError(await chat('Hello!'), 503, 'all_accounts_dead');
});

test('Vertex AI is asked at its location, without what it does not know', async () => {
  await withAccounts([vertex, { ...vertex, location: 'us-central1', projectId: 'project-w' }]);
  const seen = new Set();
  for (let i = 0; i < 2; i += 1) {
    const { status, text, headers } = await chat(
      'Hello!',
      { stream: false, service_tier: 'flex' },
      { 'x-proxy-account': String(i) },
    );
    assert.equal(status, 200, text);
    assert.match(headers['x-proxy-warnings'], /serviceTier/);
    const request = google.requests.at(-1);
    seen.add(`${request.upstream} ${request.project} ${request.location}`);
  }
  assert.deepEqual([...seen], ['vertex project-v global', 'vertex project-w us-central1']);
});

test('Vertex AI takes an API key in express mode', async () => {
  await withAccounts([{ api_key: 'key-express', upstream: 'vertex' }]);
  const { url, headers } = await served();
  assert.match(url, /^\/v1beta1\/publishers\/google\/models\//);
  assert.equal(headers['x-goog-api-key'], 'key-express');
});

test('two parallel tools over two steps work through the official client on each upstream', async () => {
  const tool = (name) => ({
    type: 'function',
    function: {
      name,
      parse: JSON.parse,
      parameters: { type: 'object', properties: { place: { type: 'string' } } },
      function: ({ place }) => `${name} of ${place}`,
    },
  });
  for (const entry of [{ api_key: 'key-a' }, vertex, codeAssist]) {
    await withAccounts([entry]);
    const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: kKey, maxRetries: 0 });
    const runner = client.chat.completions.runTools({
      model: 'gemini-3.5-flash',
      stream: true,
      messages: [{ role: 'user', content: 'Call weather and time for Paris.' }],
      tools: [tool('weather'), tool('time')],
    });
    const content = await runner.finalContent();
    assert.ok(content.length > 0);
    const results = runner.messages.filter(({ role }) => role === 'tool');
    assert.equal(results.length, 2, JSON.stringify(runner.messages));
    assert.equal(new Set(results.map(({ tool_call_id: id }) => id)).size, 2);
    for (const { tool_call_id: id } of results) assert.match(id, /^[\w-]+$/);
  }
});

test('Code Assist: the envelope both ways, and a project that Google names once', async () => {
  await withAccounts([codeAssist]);
  const request = await served();
  assert.equal(request.upstream, 'code_assist');
  assert.equal(request.project, 'stand-in-project');
  await served();
  assert.equal(google.requests.filter(({ target }) => target === 'load').length, 1);
  const body = JSON.parse(request.body);
  assert.ok(body.user_prompt_id.length <= 64);
  assert.ok(body.request.session_id);
  await withAccounts([codeAssist], { ENABLE_CODE_ASSIST: '' });
  const refused = await chat('Hello!');
  assertError(refused, 503, 'no_enabled_account');
  assert.match(refused.json.error.message, /ENABLE_CODE_ASSIST/);
});

test('U-03: a place that the Gemini API does not serve is served by Vertex AI', async () => {
  await withAccounts([{ api_key: 'key-a' }]);
  google.script([{ fault: 'location', upstream: 'gemini_api', times: 'always' }]);
  const refused = await chat('Hello!');
  assertError(refused, 403, 'unsupported_country_region_territory');
  assert.match(refused.json.error.message, /placement/i);
  await withAccounts([{ api_key: 'key-a' }, vertex, { api_key: 'key-b' }]);
  google.script([{ fault: 'location', upstream: 'gemini_api', times: 'always' }]);
  for (let i = 0; i < 3; i += 1) {
    assert.equal((await served({ user: `u${i}` })).upstream, 'vertex');
  }
});

test('U-09, U-23: an account at its limit rests as long as Google says', async () => {
  google.options.quota = { requestsPerMinute: 2 };
  await withAccounts([{ api_key: 'key-a' }, { api_key: 'key-b' }]);
  for (let i = 0; i < 4; i += 1) await served();
  const refused = await chat('Hello!', { stream: false });
  assertError(refused, 429, 'rate_limit_exceeded');
  const calls = proxy.modelCalls().length;
  const again = await chat('Hello!', { stream: false });
  assertError(again, 429, 'rate_limit_exceeded');
  assert.equal(proxy.modelCalls().length, calls);
  const seconds = Number(again.headers['retry-after']);
  assert.ok(seconds > 0 && seconds <= 60);
  assert.match(again.json.error.message, new RegExp(`try again in ${seconds}s`));
  const { accounts } = await statusOf();
  for (const { state, models } of accounts) {
    assert.equal(state, 'healthy');
    assert.equal(models[0].model, kModel);
    assert.equal(models[0].reason, 'rate_limit_exceeded');
  }
  google.options.quota = undefined;
});

test('models: what Google lists with a key, the built-in list without one', async () => {
  google.options.models = ['gemini-9-test', 'gemini-embedding-9', 'gemini-2.5-flash'];
  await withAccounts([{ api_key: 'key-a' }]);
  const ids = async (headers) =>
    (await proxy.call('/v1/models', { headers })).json.data.map(({ id }) => id);
  assert.equal((await ids({ authorization: undefined })).includes('gemini-9-test'), false);
  assert.equal(google.requests.length, 0);
  const listed = await ids();
  assert.deepEqual(listed.slice(0, 3), google.options.models);
  assert.equal((await proxy.call('/v1/models/gemini-9-test')).json.id, 'gemini-9-test');
  assert.equal(google.requests.filter(({ target }) => target === 'models').length, 1);
  await withAccounts([{ api_key: 'key-a' }, vertex]);
  assert.ok((await ids()).includes('gemini-2.5-pro'));
  google.script([{ target: 'models', fault: '500', times: 'always' }]);
  await withAccounts([{ api_key: 'key-a' }]);
});

test('/v1/status tells no secret, no project and no address', async () => {
  await withAccounts([
    { ...keyFile, upstream: 'vertex' },
    { ...vertex, projectId: 'project-private' },
    { api_key: 'key-private' },
    { refresh_token: 'revoked-private' },
  ]);
  for (let i = 0; i < 4; i += 1) await chat('Hello!', {}, { 'x-proxy-account': String(i) });
  const { status, text, json } = await proxy.call('/v1/status');
  assert.equal(status, 200);
  assert.deepEqual(
    json.accounts.map(({ state }) => state),
    ['healthy', 'healthy', 'healthy', 'dead'],
  );
  assert.doesNotMatch(text, /private|robot|test-project|access-|PRIVATE/);
  assertError(
    await proxy.call('/v1/status', { headers: { authorization: undefined } }),
    401,
    'missing_api_key',
  );
});
