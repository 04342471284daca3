// Sends one answer: with backpressure, and with whatever a scripted fault does to the bytes.
//   answer  {status, headers, body}; body is text, bytes, or an async iterable of either
import { setImmediate as immediate } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pause, untilGone } from './stream.mjs';

export async function deliver(response, answer, fault, { record, signal }) {
  if (fault.delayMs) await pause(fault.delayMs, signal);
  if (fault.hang === 'headers') await untilGone(signal);
  if (fault.cut === 'headers') return lose(response, fault, record);
  if (signal.aborted) return undefined;
  if (fault.raw) return deliverRaw(response, fault, { record, signal });
  record.status = answer.status;
  const body = fault.gzip ? await zipped(answer.body) : answer.body;
  const headers = { ...answer.headers };
  if (fault.gzip) headers['content-encoding'] = 'gzip';
  const isWhole = typeof body === 'string' && isPlain(fault);
  if (isWhole) headers['content-length'] = Buffer.byteLength(body);
  if (fault.closeDelimited) {
    response.useChunkedEncodingByDefault = false;
    response.shouldKeepAlive = false;
  }
  response.writeHead(answer.status, headers);
  if (isWhole) {
    record.sent = headers['content-length'];
    return response.end(body);
  }
  response.flushHeaders();
  return pump(response, limited(pieces(body), fault, signal), fault, { record, signal });
}

// Bytes in place of an HTTP answer, from its first line on.
async function deliverRaw(response, { raw: { bytes, then } }, { record, signal }) {
  for (const piece of bytes) {
    if (signal.aborted) return;
    record.sent += Buffer.byteLength(piece);
    await new Promise((resolve) => response.socket.write(piece, resolve));
  }
  if (then === 'hang') await untilGone(signal);
  if (!signal.aborted) lose(response, { reset: then === 'reset' }, record);
}

const isPlain = (fault) => ['cutAfter', 'hangAfter', 'slowMs', 'closeDelimited']
  .every((name) => fault[name] === undefined);

async function* pieces(body) {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    if (body.length > 0) yield body;
  } else {
    yield* body;
  }
}

async function zipped(body) {
  const chunks = [];
  for await (const piece of pieces(body)) chunks.push(Buffer.from(piece));
  return gzipSync(Buffer.concat(chunks));
}

// The bytes up to the place where a fault stops them, one by one if it slows them down.
async function* limited(chunks, { cutAfter, hangAfter, slowMs }, signal) {
  let left = cutAfter ?? hangAfter ?? Infinity;
  for await (const chunk of chunks) {
    const isSlow = slowMs !== undefined;
    const bytes = left === Infinity && !isSlow ? chunk : Buffer.from(chunk).subarray(0, left);
    left -= bytes.length;
    if (!isSlow && bytes.length > 0) yield bytes;
    for (const byte of isSlow ? bytes : []) {
      if (signal.aborted) return;
      yield Buffer.from([byte]);
      await (slowMs > 0 ? pause(slowMs, signal) : immediate());
    }
    if (left <= 0) return;
  }
}

async function pump(response, chunks, fault, { record, signal }) {
  for await (const chunk of chunks) {
    if (signal.aborted) return;
    record.sent += Buffer.byteLength(chunk);
    if (fault.cutAfter !== undefined) await flushed(response, chunk, signal);
    else if (!response.write(chunk)) await drained(response, signal);
  }
  if (fault.hangAfter !== undefined) await untilGone(signal);
  if (signal.aborted) return;
  if (fault.cutAfter === undefined) return void response.end();
  await immediate();
  lose(response, fault, record);
}

function drained(response, signal) {
  return new Promise((resolve) => {
    const finish = () => {
      response.off('drain', finish);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    response.on('drain', finish);
    signal.addEventListener('abort', finish);
  });
}

// Writes and waits until the kernel has it: bytes still in our buffers are lost when we cut.
const flushed = (response, chunk, signal) => new Promise((resolve) => {
  signal.addEventListener('abort', resolve, { once: true });
  response.write(chunk, resolve);
});

function lose(response, fault, record) {
  record.brokenByScript = true;
  if (fault.reset) response.socket?.resetAndDestroy();
  else response.socket?.destroy();
}
