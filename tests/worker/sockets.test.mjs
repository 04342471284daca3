// Faults that only a socket of one's own shows: request lines and bodies that no client library
// sends, callers who do not read, compression that breaks. On workerd alone, where nothing between
// mends them.
import assert from 'node:assert/strict';
import net from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { after, beforeEach, test } from 'node:test';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { assertError, eventsOf } from './answers.mjs';
import { chatBody, kKey, kSentence, startWorkerd } from './support.mjs';
import { until } from './fixture/worker.mjs';

const proxy = await startWorkerd({ after });
const { google } = proxy;

beforeEach(() => {
  google.reset();
  proxy.logs().length = 0;
});

const isClosed = ({ closedEarly }) => closedEarly;
const isGone = ({ ev, status, code }) => ev === 'req' && status === 499 && code === 'client_closed';

// A connection on which anything may be written.
//   returns  {socket, ended}; ended: promise of {status, headers, text} of the one answer
function connect() {
  const { hostname: host, port } = new URL(proxy.url);
  const socket = net.connect({ host, port: Number(port) });
  let raw = '';
  socket.setEncoding('latin1').on('data', (piece) => (raw += piece));
  const ended = new Promise((resolve) => {
    socket.on('error', () => {}).on('close', () => resolve(read(raw)));
  });
  return { socket, ended };
}

function read(raw) {
  const [head, ...rest] = raw.split('\r\n\r\n');
  const [first, ...lines] = head.split('\r\n');
  const headers = Object.fromEntries(lines.map((line) => line.toLowerCase().split(': ', 2)));
  const text = rest.join('\r\n\r\n');
  const isChunked = headers['transfer-encoding'] === 'chunked';
  const pieces = /[0-9a-f]+\r\n([^\r]*)\r\n/gi;
  const whole = isChunked ? [...text.matchAll(pieces)].map(([, piece]) => piece).join('') : text;
  return { status: Number(first.split(' ')[1]), headers, text: whole };
}

// One request, each of its lines as given; the connection is closed behind the answer.
function send(line, { key = kKey, headers = [], body = '' } = {}) {
  const { socket, ended } = connect();
  const fields = ['Host: localhost', 'Connection: close', ...headers];
  if (key) fields.push(`Authorization: Bearer ${key}`);
  if (!headers.some((field) => /^(content-length|transfer-encoding)/i.test(field))) {
    fields.push(`Content-Length: ${Buffer.byteLength(body)}`);
  }
  socket.write([`${line} HTTP/1.1`, ...fields, '', body].join('\r\n'));
  return ended;
}

const kChat = 'POST /v1/chat/completions';

test('H-05: the path counts that is left when dots and backslashes are resolved', async () => {
  const models = ['/v1/../v1/models', '/x/y/../../v1/models', '/v1/./models', '/v1\\models'];
  for (const path of [...models, '/health/../v1/models', '/v1/chat/%2e%2e/models']) {
    const { status, text } = await send(`GET ${path}`);
    assert.deepEqual([status, JSON.parse(text).object], [200, 'list'], path);
  }
  assert.equal((await send('GET /v1/models/../../health', { key: '' })).text, kSentence);
  assertError(await send('GET /v1/models/../nope'), 404, 'unknown_url');
});

test('H-05: who may call is decided by that path alone', async () => {
  for (const path of ['/health/../v1/chat/completions', '/v1/models/../chat/completions']) {
    const body = chatBody('Hello!', { stream: false });
    assertError(await send(`POST ${path}`, { key: '', body }), 401, 'missing_api_key');
    assert.equal((await send(`POST ${path}`, { body })).status, 200, path);
  }
  // And neither by a path that only looks open.
  const body = chatBody('Hello!');
  const open = '/v1/chat/completions?/../../../health';
  assertError(await send(`POST ${open}`, { key: '', body }), 401, 'missing_api_key');
});

test('S-12: where Google is, the caller cannot say', async () => {
  const evil = 'evil.example.com';
  const more = { base_url: `https://${evil}`, api_base: `https://${evil}`, stream: false };
  const body = chatBody('Hello!', { ...more, extra_body: more });
  const headers = [
    `X-Forwarded-Host: ${evil}`,
    `X-Portkey-Custom-Host: https://${evil}`,
    `X-Custom-Host: ${evil}`,
    `X-Upstream: https://${evil}`,
    `Forwarded: host=${evil}`,
  ];
  const first = await send(kChat, { headers, body });
  assert.equal(first.status, 200, first.text);
  const absolute = await send(`POST http://${evil}/v1/chat/completions`, { body });
  assert.equal(absolute.status, 200, absolute.text);
  assert.equal(proxy.modelCalls().length, 2);
  for (const { body: sent, headers: fields } of google.requests) {
    assert.equal(sent.includes(evil), false);
    assert.equal(JSON.stringify(fields).includes(evil), false);
  }
});

test('H-08: no tunnel is opened', async () => {
  const { socket, ended } = connect();
  socket.write('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nConnection: close\r\n\r\n');
  const { status } = await ended;
  assert.ok(status >= 400 && status < 600, `${status}`);
});

test('H-16: a body that is shorter than it says, or chunked wrongly', async () => {
  const broken = [
    ['Content-Length: 1000', '{"model":"gemini-2.5-flash"'],
    ['Transfer-Encoding: chunked', 'a\r\n{"model":"\r\n'],
    ['Transfer-Encoding: chunked', '5\r\n{"model":"gemini'],
    ['Transfer-Encoding: chunked', 'nonsense\r\n{"model":"\r\n0\r\n\r\n'],
  ];
  for (const [header, body] of broken) {
    proxy.logs().length = 0;
    const { socket, ended } = connect();
    const fields = [`${kChat} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${kKey}`, header];
    socket.write([...fields, '', body].join('\r\n'));
    await pause(50);
    socket.end();
    await ended;
    await proxy.logged(isGone);
    for (const line of proxy.logs()) assert.equal(JSON.parse(line).ev, 'req', line);
  }
  assert.equal(google.requests.length, 0);
});

test('H-11: a compressed body is refused', async () => {
  const zipped = gzipSync(chatBody('Hello!'));
  for (const encoding of ['gzip', 'br', 'zstd']) {
    const headers = [`Content-Encoding: ${encoding}`, `Content-Length: ${zipped.length}`];
    const body = zipped.toString('latin1');
    assertError(await send(kChat, { headers, body }), 415, 'unsupported_content_encoding');
  }
});

test('H-13: a body without end is refused at the limit, and no more of it is taken', async () => {
  await proxy.restart({ MAX_BODY_BYTES: '1000000' });
  const { socket, ended } = connect();
  const fields = ['Host: localhost', `Authorization: Bearer ${kKey}`, 'Transfer-Encoding: chunked'];
  socket.write([`${kChat} HTTP/1.1`, ...fields, '', ''].join('\r\n'));
  const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
  let isOpen = true;
  ended.then(() => (isOpen = false));
  while (isOpen && socket.bytesRead === 0 && socket.bytesWritten < 64 * 1024 * 1024) {
    if (!socket.write(chunk)) await pause(1);
  }
  await until(() => socket.bytesRead > 0 || !isOpen, 'the answer');
  socket.destroy();
  const { status } = await ended;
  assert.equal(status, 413);
  // What is beyond the limit lies in the buffers of the two sockets.
  assert.ok(socket.bytesWritten < 16 * 1024 * 1024, `${socket.bytesWritten} bytes were taken`);
  const line = await proxy.logged(({ code }) => code === 'request_too_large');
  assert.ok(line.in === undefined || line.in <= 1_000_001 + 256 * 1024, `${line.in} bytes`);
  await proxy.restart();
});

test('H-19: very many and odd header fields are no trouble', async () => {
  const body = chatBody('Hello!', { stream: false });
  const many = Array.from({ length: 1000 }, (_, i) => `X-Private-${i}: private`);
  const odd = [`X-Long: private-${'v'.repeat(100_000)}`, 'X-Odd: private-\xff\xfe\xc3', 'X-Empty:'];
  for (const headers of [many, odd]) {
    proxy.logs().length = 0;
    const { status, text } = await send(kChat, { headers, body });
    assert.equal(status, 200, text);
    assert.equal(JSON.stringify(google.requests.map((it) => it.headers)).includes('private'), false);
    assert.equal(proxy.logs().join().includes('private'), false);
  }
});

test('K-14: of someone without a key not one of 25 MB is read', async () => {
  const { socket, ended } = connect();
  const size = 25 * 1024 * 1024;
  socket.write(`${kChat} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n`);
  // The answer comes though nothing of the body has.
  await until(() => socket.bytesRead > 100, 'the answer');
  socket.destroy();
  const { status } = await ended;
  assert.equal(status, 401);
});

test('D-05: a caller who never reads is given up, and Google with it', async () => {
  await proxy.restart({ UPSTREAM_IDLE_MS: '1500' });
  google.options.eventText = `{i} ${'x'.repeat(20_000)} `;
  const model = 'gemini-load-1000000-0';
  const { socket } = connect();
  const body = chatBody('Hello!', { model, stream: true });
  const fields = ['Host: localhost', `Authorization: Bearer ${kKey}`];
  fields.push(`Content-Length: ${body.length}`);
  socket.pause();
  socket.write([`${kChat} HTTP/1.1`, ...fields, '', body].join('\r\n'));
  await proxy.recorded(isClosed);
  const { status, code } = await proxy.logged(({ ev }) => ev === 'req');
  assert.deepEqual([status, code], [200, 'upstream_timeout']);
  socket.destroy();
  google.reset();
  await proxy.restart();
  assert.equal((await proxy.chat('Hello!', { stream: false })).status, 200);
});

// Events as Google sends them, compressed; `damage` changes the bytes.
async function answerZipped(zip, encoding, damage) {
  const event = (text) =>
    `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }] }, index: 0 }] })}\r\n\r\n`;
  // Text that hardly compresses, so that something has come before the damage.
  const words = Array.from({ length: 400 }, (_, i) => event(`${(i * 7919) % 65_521} `)).join('');
  const base64 = damage(zip(words)).toString('base64');
  google.script(({ target }) =>
    target === 'token'
      ? undefined
      : {
          headers: { 'content-type': 'text/event-stream', 'content-encoding': encoding },
          chunks: [{ base64 }],
        },
  );
}

const cut = (bytes) => bytes.subarray(0, Math.floor(bytes.length * 0.7));
const corrupt = (bytes) => {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, Math.floor(bytes.length * 0.7), Math.floor(bytes.length * 0.7) + 40);
  return copy;
};

for (const [name, zip, encoding, damage] of [
  ['gzip that is cut', gzipSync, 'gzip', cut],
  ['gzip that is corrupt', gzipSync, 'gzip', corrupt],
  ['brotli that is cut', brotliCompressSync, 'br', cut],
]) {
  test(`T-18: ${name} is a stream that broke`, async () => {
    await answerZipped(zip, encoding, damage);
    const streamed = await proxy.chat('Hello!', { stream: true });
    // Nothing of it may have been unpacked before the damage was seen.
    if (streamed.status === 200) {
      const events = eventsOf(streamed.text);
      assert.equal(events.pop().error.code, 'upstream_reset');
      for (const { choices } of events) assert.equal(choices[0].finish_reason, null);
    } else {
      assertError(streamed, 502, 'upstream_reset');
    }
    assertError(await proxy.chat('Hello!', { stream: false }), 502, 'upstream_reset');
  });
}

test('T-18: gzip that is damaged before the first word is asked for again', async () => {
  let count = 0;
  google.script(({ target }) => {
    if (target === 'token' || ++count > 1) return undefined;
    const headers = { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' };
    return { headers, chunks: [{ base64: Buffer.from('no gzip at all').toString('base64') }] };
  });
  assert.equal((await proxy.chat('Hello!', { stream: true })).status, 200);
  assert.equal(count, 2);
});

test('none of all this failed in the Worker', () => {
  for (const line of proxy.logs()) {
    assert.notEqual(JSON.parse(line).ev, 'trap', line);
  }
});
