// Callers who leave. What was begun for them at Google ends, and what serves others too goes on.
//
// workerd tells the Worker of a reset connection at once. Of one that was closed in order it knows
// only when it next writes, as such a client may still be reading. So D-02 (the caller leaves
// before Google has begun to answer) shows on workerd with a reset only: with a plain close nothing
// is written yet, and the call goes on until Google answers. The flow tests have every moment.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, beforeEach, test } from 'node:test';
import { echo, readStream } from './answers.mjs';
import { chatBody, kKey, startWorkerd } from './support.mjs';
import { until } from './fixture/worker.mjs';

const kEndless = 'gemini-load-1000000-2';
const proxy = await startWorkerd({ after });
const { google } = proxy;

beforeEach(() => {
  google.reset();
  proxy.logs().length = 0;
});

const isClosed = ({ closedEarly }) => closedEarly;
const isGone = ({ ev, status, code }) => ev === 'req' && status === 499 && code === 'client_closed';

for (const way of ['leave', 'hangUp']) {
  test(`D-03: ${way} in a stream closes the way to Google`, async () => {
    const stream = proxy.openChat('Hello!', { model: kEndless, stream: true });
    await stream.seen('word 3');
    stream[way]();
    await proxy.recorded(isClosed);
    const line = await proxy.logged(isGone);
    assert.deepEqual([line.model, line.up, line.acct], [kEndless, 200, 0]);
    assert.ok(line.out > 0);
  });
}

test('the streams of others go on', async () => {
  const stays = proxy.openChat('Hello!', { model: 'gemini-load-300-5', stream: true });
  await stays.seen('word 3');
  const leavers = Array.from({ length: 20 }, () =>
    proxy.openChat('Hello!', { model: kEndless, stream: true }),
  );
  for (const stream of leavers) await stream.seen('word 3');
  for (const stream of leavers) stream.leave();
  await until(() => google.requests.filter(isClosed).length === 20, 'all to be closed');
  const { chunks } = readStream((await stays.ended).text, { model: 'gemini-load-300-5' });
  assert.equal(chunks.length, 302);
});

test('a caller who waits for a whole answer and leaves', async () => {
  const whole = proxy.openChat('Hello!', { model: kEndless, stream: false });
  await until(() => google.requests.some(({ sent }) => sent > 10_000), 'Google to be answering');
  whole.leave();
  await proxy.recorded(isClosed);
  await proxy.logged(isGone);
});

test('D-02: a caller who resets the connection before Google has begun to answer', async () => {
  const stream = proxy.openChat('[[fault:hang-headers]]', { stream: true });
  await proxy.recorded(({ target, body }) => target === 'stream' && body !== '');
  stream.leave();
  await proxy.recorded(isClosed);
  await proxy.logged(isGone);
});

test('H-15: a caller who leaves while sending the body', async () => {
  const upload = proxy.open('/v1/chat/completions', {
    method: 'POST',
    headers: { 'content-length': 1_000_000 },
    body: '{"model":',
    isPart: true,
  });
  await until(() => upload.request.socket?.bytesWritten > 100, 'the beginning to be sent');
  await proxy.call('/'); // workerd has read what came before
  upload.leave();
  await proxy.logged(isGone);
  assert.equal(google.requests.length, 0);
});

test('a client that closes only its own side gets the whole answer', async () => {
  const socket = net.connect({
    port: Number(new URL(proxy.url).port),
    host: '127.0.0.1',
    allowHalfOpen: true,
  });
  const body = chatBody('Hello!', { stream: true });
  socket.end(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${kKey}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  let text = '';
  for await (const piece of socket.setEncoding('utf8')) text += piece;
  assert.match(text, /^HTTP\/1\.1 200 /);
  assert.match(text, /data: \[DONE\]\n\n/);
  assert.equal(google.requests.some(isClosed), false);
});

test('D-06: the caller leaves whose request refreshes the token for all', async () => {
  await proxy.kv.delete('token_0');
  await proxy.restart();
  let answer;
  const answered = new Promise((resolve) => (answer = resolve));
  google.script(({ target }) => (target === 'token' ? answered : undefined));
  const leader = proxy.openChat('Leader', { stream: true });
  await proxy.recorded(({ target }) => target === 'token');
  const others = Array.from({ length: 20 }, (_, i) => proxy.chat(`Other ${i}`, { stream: true }));
  leader.leave();
  await proxy.logged(isGone);
  answer(undefined);
  for (const [i, other] of others.entries())
    assert.equal(readStream((await other).text).content, echo(`Other ${i}`));
  assert.equal(proxy.tokenCalls().length, 1);
  assert.equal(proxy.modelCalls().length, 20);
});

test('D-04: a caller who does not read holds Google back', async () => {
  google.options.eventText = `{i} ${'x'.repeat(20_000)} `;
  const stream = proxy.openChat('Hello!', { model: 'gemini-load-1000000-0', stream: true });
  await stream.seen('0 xxx');
  const response = stream.request.res;
  response.pause();
  const [record] = proxy.modelCalls();
  let before = -1;
  await until(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const isSame = record.sent === before;
    before = record.sent;
    return isSame;
  }, 'Google to be held back');
  assert.ok(record.sent < 64 * 1024 * 1024, `${record.sent} bytes were taken`);
  response.resume();
  await until(() => record.sent > before + 8 * 1024 * 1024, 'it to go on');
  stream.leave();
  await proxy.recorded(isClosed);
});

test('none of all this failed in the Worker', () => {
  assert.deepEqual(
    proxy.logs().filter((line) => !['req', 'token_refreshed'].includes(JSON.parse(line).ev)),
    [],
  );
});
