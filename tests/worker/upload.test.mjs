// Large bodies on their way to Google, who may answer, or go, before they have taken them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import { after, test } from 'node:test';
import { assertError } from './answers.mjs';
import { accounts, chatBody, kKey, startWorkerd } from './support.mjs';
import { until } from './fixture/worker.mjs';

const kMiB = 1024 * 1024;
const kBytes = 6 * kMiB;
const kPause_ms = 20;
const kBusy = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';
const kAnswer = JSON.stringify({
  candidates: [{ content: { role: 'model', parts: [{ text: 'Seen.' }] }, finishReason: 'STOP' }],
});
const kServed =
  'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n' +
  `content-length: ${kAnswer.length}\r\n\r\n${kAnswer}`;

// An upstream that knows of HTTP what is needed here. Of each connection, `ways` says in turn what
// becomes of it; the last one stays.
//   refuse  answers as soon as it has the head, and takes nothing of the body
//   reset   takes 1 MiB of the body and breaks the connection
//   serve   takes all of it
//   slow    takes a piece of the body each 20 ms
//   returns {url, taken, heads}; taken: bodies that came whole, as {length, hash}
async function startPicky(ways) {
  const sockets = new Set();
  const taken = [];
  const heads = [];
  let closed = 0;
  const server = net.createServer((socket) => {
    const way = ways.length > 1 ? ways.shift() : ways[0];
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => { closed += 1; });
    let head = '';
    let received = 0;
    let length;
    const hash = createHash('sha256');
    const take = (piece) => {
      received += piece.length;
      hash.update(piece);
      if (way === 'reset' && received > kMiB) return socket.resetAndDestroy();
      if (way === 'slow') {
        socket.pause();
        setTimeout(() => socket.resume(), kPause_ms);
      }
      if (received < length) return undefined;
      taken.push({ length: received, hash: hash.digest('hex') });
      return socket.end(kServed);
    };
    socket.on('data', (piece) => {
      if (length !== undefined) return void take(piece);
      head += piece.latin1Slice();
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      heads.push(head.slice(0, end));
      length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1]);
      if (way === 'refuse') socket.pause().end(kBusy);
      else take(Buffer.from(head.slice(end + 4), 'latin1'));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  return { url, taken, heads, isLeft: () => sockets.size > 0 && closed === sockets.size };
}

const data = Buffer.alloc(kBytes * 0.75, 'a picture, by and large').toString('base64');
const parts = [
  { type: 'text', text: 'What is it?' },
  { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } },
];
const body = chatBody([{ role: 'user', content: parts }], { stream: false });

async function start(ways) {
  const picky = await startPicky(ways);
  const proxy = await startWorkerd({ after }, {
    settings: { ACCOUNTS: accounts({ api_key: 'key-a' }), GEMINI_BASE_URL: picky.url },
  });
  return { picky, proxy };
}

const send = (proxy) => proxy.call('/v1/chat/completions', { method: 'POST', body });

test('an upstream that takes all of it gets it once, with its length', async () => {
  const { picky, proxy } = await start(['serve']);
  const answer = await send(proxy);
  assert.equal(answer.json.choices[0].message.content, 'Seen.');
  assert.equal(picky.taken.length, 1);
  assert.ok(picky.taken[0].length > kBytes);
  assert.match(picky.heads[0], new RegExp(`\r\ncontent-length: ${picky.taken[0].length}(\r\n|$)`, 'i'));
});

for (const way of ['refuse', 'reset']) {
  test(`U-18: ${way}: the next attempt sends all of it again, byte for byte`, async () => {
    const { picky, proxy } = await start([way, 'serve']);
    const answer = await send(proxy);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.choices[0].message.content, 'Seen.');
    assert.equal(picky.heads.length, 2);
    await send(proxy); // the same, without a fault
    assert.deepEqual(picky.taken[0], picky.taken[1]);
  });

  test(`U-18: ${way}, each time: an error, and the Worker goes on`, async () => {
    const { picky, proxy } = await start([way]);
    const answer = await send(proxy);
    if (way === 'refuse') assertError(answer, 503, 'upstream_overloaded');
    else assertError(answer, 502, 'upstream_reset');
    assert.equal(picky.taken.length, 0);
    assert.equal((await proxy.call('/')).status, 200);
    assert.deepEqual(proxy.logs().filter((line) => /"trap"|Uncaught/.test(line)), []);
  });
}

test('D-02: a caller who leaves in the middle of it: the way to Google is closed', async () => {
  const { picky, proxy } = await start(['slow']);
  const caller = proxy.open('/v1/chat/completions', {
    method: 'POST',
    headers: { authorization: `Bearer ${kKey}` },
    body,
  });
  await until(() => picky.heads.length === 1, 'the upload to have begun');
  caller.leave();
  await until(picky.isLeft, 'the connection to Google to be closed');
  await proxy.logged(({ ev, status }) => ev === 'req' && status === 499);
  assert.equal(picky.taken.length, 0);
});
