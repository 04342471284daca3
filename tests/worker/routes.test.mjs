// Paths, methods and headers of the product over real HTTP. Who may call: access.test.mjs; bodies
// that are refused: errors.test.mjs.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertCommonHeaders, assertError } from './answers.mjs';
import { kSentence, startProxy } from './support.mjs';

const proxy = await startProxy({ after }, { settings: { MAX_BODY_BYTES: '1000' } });
const { call } = proxy;
const kNobody = { authorization: undefined };

// Header fields without those that differ from answer to answer, or are the server's own.
function steady({ headers }) {
  const {
    'x-request-id': _,
    'content-length': length,
    'transfer-encoding': encoding,
    ...rest
  } = headers;
  return rest;
}

test('GET / and GET /health say that it runs', async () => {
  for (const path of ['/', '/health', '/health/', '/?any=thing']) {
    const answer = await call(path, { headers: kNobody });
    assert.deepEqual([answer.status, answer.text], [200, kSentence], path);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assertCommonHeaders(answer.headers);
  }
});

test('HEAD is GET without the body', async () => {
  for (const path of ['/', '/health', '/v1/models', '/no/such/path']) {
    const [head, get] = [await call(path, { method: 'HEAD' }), await call(path)];
    assert.equal(head.text, '');
    assert.ok(get.text.length > 0);
    assert.equal(head.status, get.status);
    assert.deepEqual(steady(head), steady(get));
  }
});

test('GET /v1/models lists models and aliases, each once', async () => {
  const { status, headers, json } = await call('/v1/models', { headers: kNobody });
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(json.object, 'list');
  const ids = json.data.map(({ id }) => id);
  for (const id of ['gemini-2.5-flash', 'gemini-2.5-pro', 'gemini-pro'])
    assert.ok(ids.includes(id), id);
  assert.equal(new Set(ids).size, ids.length);
  for (const model of json.data) {
    assert.equal(model.object, 'model');
    assert.ok(Number.isInteger(model.created));
    assert.ok(model.owned_by.length > 0);
  }
});

test('H-04: the spellings that clients build lead to the route meant', async () => {
  const paths = [
    '/v1/models/',
    '/models',
    '/v1beta/openai/models',
    '/v1/v1/models',
    '/v1/../v1/models',
  ];
  for (const path of paths) assert.equal((await call(path)).json.object, 'list', path);
  for (const path of [
    '/chat/completions',
    '/v1beta/openai/chat/completions',
    '/v1/v1/chat/completions',
  ]) {
    assertError(
      await call(path, { method: 'POST', body: '{}' }),
      400,
      'missing_required_parameter',
      'model',
    );
  }
});

test('GET /v1/models/{id} is one of the list', async () => {
  const { json: list } = await call('/v1/models');
  for (const model of list.data) {
    for (const path of [`/v1/models/${model.id}`, `/models/${encodeURIComponent(model.id)}/`]) {
      assert.deepEqual((await call(path)).json, model, path);
    }
  }
  const [first] = list.data;
  assert.deepEqual((await call(`/v1/models/models/${first.id}`)).json, first);
  assert.deepEqual((await call(`/v1/models/models%2F${first.id}`)).json, first);
  for (const id of ['nope', `${first.id}/x`, '%zz']) {
    assertError(await call(`/v1/models/${id}`), 404, 'model_not_found', 'model');
  }
  assertError(await call('/v1/models/x', { method: 'DELETE' }), 405, 'method_not_allowed');
});

test('H-03: other paths are 404, and the message names them', async () => {
  const paths = [
    '/v1/nope',
    '/v1',
    '//v1/models',
    '/V1/Models',
    '/v1/models%00',
    '/v1/%6dodels',
    '/v1/models;x',
    '/v1/%ff',
    '/favicon.ico',
    '/v1/chat/completions/x',
  ];
  for (const path of paths) {
    const answer = await call(path);
    assertError(answer, 404, 'unknown_url');
    assert.ok(answer.json.error.message.includes(`GET ${path}`), path);
  }
  const long = await call(`/${'x'.repeat(5000)}`, { method: 'POST', body: '{}' });
  assertError(long, 404, 'unknown_url');
  assert.match(long.json.error.message, /POST \/x{100,127}[^x]/);
});

test('H-06: other methods are 405, with those that are allowed', async () => {
  const cases = {
    '/': 'GET, HEAD, OPTIONS',
    '/health': 'GET, HEAD, OPTIONS',
    '/v1/models': 'GET, HEAD, OPTIONS',
    '/v1/chat/completions': 'POST, OPTIONS',
  };
  for (const [path, allow] of Object.entries(cases)) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'QUERY', 'PROPFIND']) {
      if (allow.includes(method)) continue;
      const answer = await call(path, { method });
      assertError(answer, 405, 'method_not_allowed');
      assert.equal(answer.headers.allow, allow);
    }
  }
  assert.equal((await call('/v1/chat/completions', { method: 'HEAD' })).status, 405);
});

test('H-07: OPTIONS is answered everywhere, without a key', async () => {
  for (const path of ['/', '/health', '/v1/models', '/v1/chat/completions', '/no/such/path']) {
    const { status, headers, text } = await call(path, { method: 'OPTIONS', headers: kNobody });
    assert.deepEqual([status, text], [204, ''], path);
    assertCommonHeaders(headers);
    assert.equal(headers['access-control-allow-methods'], 'GET, POST, DELETE, OPTIONS');
    assert.equal(headers['access-control-allow-headers'], 'authorization, content-type');
    assert.equal(headers['access-control-max-age'], '86400');
  }
});

test('X-01, X-05: a preflight allows the header fields asked for, if they are names', async () => {
  const always = 'authorization, content-type';
  const cases = [
    ['authorization,content-type', always],
    ['x-stainless-lang, Authorization,x-custom', `${always}, x-stainless-lang, x-custom`],
    ['x-custom, two words', always],
    ['x-custom, (x)', always],
    ['', always],
    [`x-custom, ${'x'.repeat(5000)}`, always],
    [Array.from({ length: 65 }, (_, i) => `x-${i}`).join(), always],
  ];
  for (const [asked, allowed] of cases) {
    const headers = {
      origin: 'https://app.example.com',
      'access-control-request-method': 'POST',
      'access-control-request-headers': asked,
      ...kNobody,
    };
    const answer = await call('/v1/chat/completions', { method: 'OPTIONS', headers });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-headers'], allowed, asked.slice(0, 80));
  }
});

test('X-02: a page of any origin may read every kind of answer', async () => {
  const origin = { origin: 'https://app.example.com' };
  const post = (body, headers) =>
    call('/v1/chat/completions', { method: 'POST', body, headers: { ...origin, ...headers } });
  const answers = {
    200: await call('/v1/models', { headers: origin }),
    400: await post('{'),
    401: await post('{}', kNobody),
    404: await call('/no/such/path', { headers: origin }),
    405: await call('/v1/models', { method: 'PUT', headers: origin }),
    413: await post('x'.repeat(1001)),
    415: await post('{}', { 'content-encoding': 'gzip' }),
  };
  for (const [status, answer] of Object.entries(answers)) {
    assert.equal(answer.status, Number(status), answer.text);
    assertCommonHeaders(answer.headers);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  }
});

test('every answer has a request id of its own, and the log has it too', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => call('/v1/models')));
  const ids = answers.map(({ headers }) => headers['x-request-id']);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) {
    const { route, status } = await proxy.logged((line) => line.ev === 'req' && line.id === id);
    assert.deepEqual([route, status], ['/models', 200]);
  }
});

test('H-08: an upgrade is not accepted', async () => {
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': Buffer.alloc(16).toString('base64'),
  };
  assert.equal((await call('/v1/chat/completions', { headers })).status, 405);
  assert.equal((await call('/v1/realtime', { headers })).status, 404);
});

test('H-18: a query is neither needed nor logged', async () => {
  const { json } = await call(`/v1/models?${'x=private-words&'.repeat(500)}`);
  assert.equal(json.object, 'list');
  assert.equal((await call('/v1/nope?private-words')).text.includes('private-words'), false);
  assert.equal(proxy.logs().join().includes('private-words'), false);
});

test('none of all this made a call to Google, but for the list of its models', () => {
  const others = proxy.google.requests.filter(({ target }) => !/^(?:models|token)$/.test(target));
  assert.equal(others.length, 0);
});

test('H-01: with every secret missing it says that it runs, and why chat does not', async () => {
  await proxy.restart({ API_KEY: '', ACCOUNTS: '', OAUTH_CLIENT_ID: '', OAUTH_CLIENT_SECRET: '' });
  assert.equal((await call('/', { headers: kNobody })).text, kSentence);
  assert.match((await call('/health?verbose=1', { headers: kNobody })).text, /API_KEY is not set/);
  assert.equal((await call('/v1/models', { headers: kNobody })).json.object, 'list');
  assertError(await proxy.chat('Hello!'), 401, 'no_api_key_configured');
  await proxy.restart({ ACCOUNTS: '' });
  const answer = await proxy.chat('Hello!');
  assertError(answer, 503, 'accounts_not_configured');
  assert.match(answer.json.error.message, /^No available token/);
  assert.equal(answer.headers['x-should-retry'], 'false');
});

test('X-03, X-04: ALLOWED_ORIGINS limits which pages may read answers', async () => {
  await proxy.restart({ ALLOWED_ORIGINS: 'https://a.example.com, https://b.example.com' });
  const from = (origin) => call('/v1/models', { headers: { origin } });
  for (const origin of ['https://a.example.com', 'https://b.example.com']) {
    const { status, headers } = await from(origin);
    assert.deepEqual([status, headers['access-control-allow-origin']], [200, origin]);
    assert.equal(headers.vary, 'origin');
  }
  for (const origin of [
    'https://c.example.com',
    'https://a.example.com.evil.example',
    'null',
    'https://a.example.com/',
    'http://a.example.com',
    undefined,
    `https://${'x'.repeat(10_000)}.example.com`,
  ]) {
    const { status, headers } = await from(origin);
    assert.deepEqual([status, headers['access-control-allow-origin']], [200, undefined], origin);
  }
  const preflight = await call('/v1/chat/completions', {
    method: 'OPTIONS',
    headers: { origin: 'https://c.example.com', 'access-control-request-method': 'POST' },
  });
  assert.equal(preflight.headers['access-control-allow-origin'], undefined);
});
