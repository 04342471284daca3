// The shim on real workerd, around the fixture's wasm: calls, bodies, streams, waiting, KV.
// What happens when the wasm fails is in shim_faults.test.mjs.
import assert from 'node:assert/strict';
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { numbers, startUpstream } from './fixture/upstream.mjs';
import { memoryOf, open, startWorker, until, untilStill } from './fixture/worker.mjs';

const upstream = await startUpstream({ after });
const worker = await startWorker({ after }, { env: {
  UPSTREAM: { type: 'text', value: upstream.url },
  LONG: { type: 'text', value: 'ä'.repeat(2500) },
  LIST: { type: 'json', value: ['a', { b: 1 }] },
  EMPTY: { type: 'text', value: '' },
  TOKEN_CACHE: { type: 'kv', id: 'TOKEN_CACHE' },
} });
const { call } = worker;

const state = async () => JSON.parse((await call('/state')).text);
const isIdle = async () => {
  const { open, spawned } = await state();
  return open === 0 && spawned === 0;
};
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

const begin = (path, options) => open(worker.url + path, options);

test('an answer has the status, the fields and the body that C++ gave', async () => {
  const got = await call('/text');
  assert.deepEqual([got.status, got.text], [200, 'text']);
  assert.equal(got.headers.get('content-type'), 'text/plain');
  assert.equal(got.headers.get('x-method'), 'GET');
  const missing = await call('/no/such/path?query=1');
  assert.deepEqual([missing.status, missing.text], [404, 'no such route']);
});

test('HEAD is answered like GET, without the body', async () => {
  const got = await call('/text', { method: 'HEAD' });
  assert.deepEqual([got.status, got.text], [200, '']);
  assert.equal(got.headers.get('x-method'), 'HEAD');
});

test('statuses that must not have a body', async () => {
  for (const status of [204, 304]) assert.equal((await call(`/status/${status}`)).status, status);
});

test('variables of every kind', async () => {
  const cases = { LONG: 'ä'.repeat(2500), LIST: '["a",{"b":1}]', EMPTY: '', ABSENT: '(none)' };
  for (const [name, value] of Object.entries(cases)) {
    assert.equal((await call(`/env/${name}`)).text, value, name);
  }
});

test('20 MB there and back, whole and piece by piece', async () => {
  const body = randomBytes(20 * 1024 * 1024);
  for (const path of ['/echo', '/echo-stream']) {
    const response = await fetch(worker.url + path, { method: 'POST', body });
    const got = new Uint8Array(await response.arrayBuffer());
    assert.equal(got.length, body.length, path);
    assert.equal(sha(got), sha(body), path);
  }
});

test('a request without a body has an empty one', async () => {
  for (const path of ['/echo', '/echo-stream']) {
    assert.equal((await call(path)).text, '', path);
    assert.equal((await call(path, { method: 'POST' })).text, '', path);
  }
});

test('300 streams at once through one instance, each byte right', async () => {
  const { instance } = await state();
  const texts = await Promise.all(Array.from({ length: 300 }, (_, i) =>
    call(`/proxy/numbers/stream${i}/${50 + (i % 7)}`).then(({ text }) => text)));
  texts.forEach((text, i) => assert.equal(text, numbers(`stream${i}`, 50 + (i % 7))));
  assert.equal((await state()).instance, instance);
  await until(isIdle, 'all calls to end');
});

test('each event reaches the client before the next one is sent', async () => {
  const { seen, ended } = begin('/proxy/hold/event');
  await seen('first');
  upstream.open('event');
  assert.equal(await ended, 'data: first\n\ndata: last\n\n');
});

test('a client that does not read holds the upstream back', async () => {
  const before = memoryOf('workerd');
  const { opened, leave } = begin('/proxy/endless');
  const response = await opened;
  response.pause();
  const [record] = upstream.records('/endless');
  // Not held back, this server sends hundreds of megabytes between two looks. What it sends here
  // fills the buffers of the sockets on the way.
  await untilStill(() => record.sent, 'the upstream to stop');
  const { sent } = record;
  assert.ok(sent < 32 * 1024 * 1024, `${sent} bytes were taken`);
  const growth = memoryOf('workerd') - before;
  assert.ok(growth < 32, `workerd holds ${growth} MiB more`);
  // And it goes on when the client does.
  response.resume();
  await until(() => record.sent > sent + 64 * 1024 * 1024, 'the stream to go on');
  leave();
  await until(() => record.isClosed, 'the upstream to be closed');
  await until(isIdle, 'the call to end');
});

test('a client that leaves a stream cancels its call and the fetch', async () => {
  const { cancelled } = await state();
  const { seen, leave } = begin('/proxy/hold/never');
  await seen('first');
  leave();
  const [record] = upstream.records('/hold/never');
  await until(() => record.isClosed, 'the upstream to be closed');
  assert.equal(record.isComplete, false);
  await until(isIdle, 'the call to end');
  assert.equal((await state()).cancelled, cancelled + 1);
});

test('a client that closes in order is missed at the next event', async () => {
  const { request, seen } = begin('/proxy/ticks');
  await seen('tick');
  request.destroy();
  await until(() => upstream.records('/ticks')[0].isClosed, 'the upstream to be closed');
  await until(isIdle, 'the call to end');
});

test('a client that leaves before the upstream answers cancels its fetch alone', async () => {
  const { cancelled } = await state();
  const stays = begin('/proxy/gate/stays');
  const leaves = begin('/proxy/gate/leaves');
  const record = (name) => upstream.records(`/gate/${name}`)[0];
  await until(() => record('stays') && record('leaves'), 'both fetches');
  leaves.leave();
  await until(() => record('leaves').isClosed, 'the upstream to be closed');
  assert.equal((await state()).cancelled, cancelled + 1);
  upstream.open('stays');
  assert.equal(await stays.ended, 'open');
  await until(isIdle, 'both calls to end');
});

test('a client that leaves while it sends its body ends the call', async () => {
  for (const path of ['/echo', '/echo-stream']) {
    const headers = { 'content-length': 1e6 };
    const { leave } = begin(path, { method: 'POST', headers, body: 'a part' });
    await until(async () => (await state()).open === 1, 'the call to begin');
    leave();
    await until(isIdle, `the call of ${path} to end`);
  }
});

test('spawned work goes on when the client has left', async () => {
  const { cancelled } = await state();
  const { leave } = begin('/spawn/spawned');
  await until(async () => (await state()).open === 1, 'the call to begin');
  leave();
  await until(() => upstream.records('/spawned').length === 1, 'the fetch of the spawned task');
  assert.equal((await state()).cancelled, cancelled + 1);
  await until(isIdle, 'the call to end');
});

test('50 calls wait for one of them, which leaves', async () => {
  const leader = begin('/shared/gate/leader');
  await until(() => upstream.records('/gate/leader').length === 1, 'the fetch of the leader');
  const others = Array.from({ length: 49 }, () => call('/shared/gate/leader'));
  await until(async () => (await state()).open === 50, 'all to wait');
  leader.leave();
  await until(async () => (await state()).open === 49, 'the leader to be gone');
  upstream.open('leader');
  for (const other of others) assert.equal((await other).text, 'told');
  assert.equal(upstream.records('/gate/leader').length, 1);
  await until(isIdle, 'all calls to end');
});

test('a wait that nobody ends is ended by the timer beside it', async () => {
  assert.equal((await call('/alone/20')).text, 'late');
});

test('KV: put, get, delete, absent', async () => {
  const value = '{"access_token":"test","ö":"\\u0000"}';
  assert.equal((await call('/kv/get/token_0')).text, 'none ');
  assert.equal((await call('/kv/put/token_0', { method: 'POST', body: value })).text, 'done');
  assert.equal((await call('/kv/get/token_0')).text, `done ${value}`);
  const kv = await worker.mf.getKVNamespace('TOKEN_CACHE', 'shim');
  const { keys: [{ name, expiration }] } = await kv.list();
  assert.equal(name, 'token_0');
  assert.ok(expiration > Date.now() / 1000);
  assert.equal((await call('/kv/delete/token_0')).text, 'done');
  assert.equal((await call('/kv/get/token_0')).text, 'none ');
});

test('KV that refuses or is not bound fails the operation, not the call', async (t) => {
  const post = { method: 'POST', body: 'value' };
  assert.equal((await call('/kv/put-brief/token_0', post)).text, 'failed');
  assert.equal((await call(`/kv/get/${'k'.repeat(513)}`)).text, 'failed ');
  const unbound = await startWorker(t);
  assert.equal((await unbound.call('/kv/get/token_0')).text, 'failed ');
  assert.equal((await unbound.call('/kv/put/token_0', post)).text, 'failed');
  assert.equal((await unbound.call('/kv/delete/token_0')).text, 'failed');
});

function keyOf(type, options) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { privateKey, der: privateKey.export({ type: 'pkcs8', format: 'der' }) };
}

const signed = async (key, message) => {
  const body = Buffer.concat([key, Buffer.from(message)]);
  return (await call(`/sign/${key.length}`, { method: 'POST', body })).text;
};

test('a text is signed with a PKCS#8 key of RSA', async () => {
  const { privateKey, der } = keyOf('rsa', { modulusLength: 2048 });
  for (const message of ['header.claims', 'ö', 'x'.repeat(5000)]) {
    const expected = createSign('RSA-SHA256').update(message).sign(privateKey, 'hex');
    assert.equal(await signed(der, message), `done ${expected}`);
  }
  const texts = await Promise.all(Array.from({ length: 20 }, (_, i) => signed(der, `${i}`)));
  texts.forEach((text, i) => assert.equal(text,
    `done ${createSign('RSA-SHA256').update(`${i}`).sign(privateKey, 'hex')}`));
});

test('a key that is none fails the operation, not the call', async () => {
  const { privateKey, der } = keyOf('rsa', { modulusLength: 2048 });
  const keys = { none: Buffer.alloc(0), text: Buffer.from('key'), cut: der.subarray(0, -1),
    PEM: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    'of another kind': keyOf('ec', { namedCurve: 'P-256' }).der };
  for (const [name, key] of Object.entries(keys)) {
    assert.equal(await signed(key, 'header.claims'), 'failed ', name);
  }
});

test('a fetch passes on what C++ wrote and follows no redirect', async () => {
  assert.equal((await call('/fetch/small')).text, '200 small');
  const [{ headers }] = upstream.records('/small');
  assert.equal(headers['x-test'], 'yes');
  assert.equal((await call('/fetch/redirect')).text, '302 redirect');
  assert.equal(upstream.records('/other').length, 0);
  assert.equal((await call('/fetch/empty')).text, '204 empty');
});

test('a fetch that cannot be made fails the operation, not the call', async () => {
  const closed = 'http://127.0.0.1:1/';
  for (const head of [['GET', closed], ['GET', 'nonsense'], ['GE T', closed], ['TRACE', closed], ['', '']]) {
    const { text } = await call('/fetch-url', { method: 'POST', body: head.join('\n') });
    assert.equal(text, '0 -', head.join(' '));
  }
});

test('an upstream that breaks off fails the read', async () => {
  assert.equal((await call('/proxy/cut')).text, 'data: first\n\ncut');
});

test('a body that C++ does not read is cancelled', async () => {
  const count = upstream.records('/endless').length;
  assert.equal((await call('/fetch/endless')).text, '200 endless');
  const record = upstream.records('/endless')[count];
  await until(() => record.isClosed, 'the upstream to be closed');
});

test('a fetch that C++ gives up is closed while its call goes on', async () => {
  const count = upstream.records('/endless').length;
  const record = { endless: () => upstream.records('/endless')[count],
    'gate/given-up': () => upstream.records('/gate/given-up')[0] };
  for (const path of Object.keys(record)) {
    const { seen, leave } = begin(`/drop/${path}`);
    await seen('first');
    await until(() => record[path]().isClosed, `the fetch of ${path} to be closed`);
    assert.equal((await state()).open, 1);
    leave();
    await until(isIdle, 'the call to end');
  }
});

test('an instance that grew is retired when it is idle, not before', async () => {
  const { instance } = await state();
  const { seen, ended } = begin('/proxy/hold/grown');
  await seen('first');
  assert.equal((await call('/grow/20')).text, 'done');
  assert.equal((await state()).instance, instance);
  assert.equal((await call('/grow/40')).text, 'done');
  assert.ok((await state()).mib >= 40);
  assert.equal((await state()).instance, instance);
  upstream.open('grown');
  await ended;
  await until(async () => (await state()).instance !== instance, 'another instance');
  assert.ok((await state()).mib < 4);
});

test('a call that ends without an answer is answered with an error', async () => {
  const { status, headers, text } = await call('/silent');
  assert.equal(status, 500);
  assert.equal(JSON.parse(text).error.code, 'internal_error');
  assert.match(headers.get('x-request-id'), /^req_[0-9a-f]{32}$/);
});

test('nothing of all this was logged', () => assert.deepEqual(worker.logs, []));
