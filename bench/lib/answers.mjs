// What the upstream of the benchmark answers: events as Gemini sends them, about 435 bytes with 245
// of text each. Every text begins with a stamp, the time at which it was sent, that can be found in
// the bytes again whatever they were translated to.
export const kStampStart = '[t=';
const kStampDigits = 16;

const kText =
  ' the quick brown fox, \\"said\\" the dog, jumps over a lazy river at dusk.\\nThen it waits for ' +
  'the moon; nobody hurries it, and the reeds keep quiet until the morning comes back to them, ' +
  'slowly, with birds – and rain. ';
const kBefore = 'data: {"candidates": [{"content": {"parts": [{"text": "';
const kAfter =
  '"}],"role": "model"},"index": 0}],"usageMetadata": {"promptTokenCount": 12,' +
  '"totalTokenCount": 12},"modelVersion": "gemini-2.5-flash"}\r\n\r\n';
const kLastAfter =
  '"}],"role": "model"},"finishReason": "STOP","index": 0}],"usageMetadata": ' +
  '{"promptTokenCount": 12,"candidatesTokenCount": 60,"totalTokenCount": 72},' +
  '"modelVersion": "gemini-2.5-flash"}\r\n\r\n';

// Microseconds of the clock that all processes of this machine share.
export const now_us = () => Number(process.hrtime.bigint() / 1000n);

export const stampOf = (time_us) => `${kStampStart}${String(time_us).padStart(kStampDigits, '0')}]`;

const sizeOf = (text) => Buffer.byteLength(text).toString(16);
const kPlainSize = sizeOf(kBefore + stampOf(0) + kText + kAfter);
const kLastSize = sizeOf(kBefore + stampOf(0) + kText + kLastAfter);

// One event as an HTTP chunk; the last one also ends the answer.
export const eventChunk = (isLast, time_us) =>
  isLast
    ? `${kLastSize}\r\n${kBefore}${stampOf(time_us)}${kText}${kLastAfter}\r\n0\r\n\r\n`
    : `${kPlainSize}\r\n${kBefore}${stampOf(time_us)}${kText}${kAfter}\r\n`;

export const kStreamHead =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n';

// All of a stream of `count` events, to be sent at once.
export function burst(count) {
  const events = Array.from({ length: count }, (_, i) => eventChunk(i === count - 1, 0));
  return Buffer.from(kStreamHead + events.join(''));
}

export function answer(status, body, type = 'application/json') {
  return Buffer.from(
    `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

// A whole answer as Gemini sends it: indented, and as an HTTP chunk.
export function wholeAnswer() {
  const event = JSON.parse(kBefore.slice(6) + stampOf(0) + kText + kLastAfter);
  const body = `${JSON.stringify(event, null, 2)}\n`;
  return Buffer.from(
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n' +
      `${sizeOf(body)}\r\n${body}\r\n0\r\n\r\n`,
  );
}

export const eventText = JSON.parse(`"${kText}"`);
