// Texts that carry the mark of their request, so that one that ends up elsewhere is recognized, and
// the events of Google that say them.
import { wrapped } from '../../../tools/google/upstreams.mjs';

export const markOf = (id, random) =>
  `mark-${id}-${random.below(2 ** 31).toString(36).padStart(6, '0')}`;
export const kMark = /mark-(\d+)-[0-9a-z]{6}/;
export const kMarks = new RegExp(kMark, 'g');

// What JSON, UTF-8 or event streams have trouble with.
const kOdd = [
  'ä 🦀 漢字 ',
  '"quoted" \\ back \\u0041 ',
  '\n\ndata: [DONE]\n\n',
  '\r\nevent: error\r\n',
  '\u2028\u2029\u00a0 ',
  '{"error":{"code":500}} ',
  '<b>&amp;</b> \t ',
  'e\u0301 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 ',
  '\u0001\u001f\u007f ',
];

// Words of one answer, an event each.
export const wordsOf = (mark, count, random) =>
  Array.from({ length: count }, (_, i) => `${mark}.${i} ${random.pick(kOdd)}`);

// One event as the call's upstream sends it.
export function eventOf(call, text, finishReason) {
  const candidate = { content: { parts: [{ text }], role: 'model' }, finishReason, index: 0 };
  const usage = { promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12 };
  return wrapped(call, { candidates: [candidate], usageMetadata: usage, responseId: 'chaos' });
}

export const sse = (value, lineEnd = '\r\n') =>
  `data: ${JSON.stringify(value)}${lineEnd}${lineEnd}`;

// A whole answer, framed: one text for each event.
export const framesOf = (call, words, finish = 'STOP') =>
  words.map((text, i) => sse(eventOf(call, text, i === words.length - 1 ? finish : undefined)));

// Bytes cut at places of chance, as chunks of the stand-in's script.
export function splitBytes(text, pieces, random) {
  const bytes = Buffer.from(text);
  const cuts = Array.from({ length: pieces }, () => random.below(bytes.length));
  cuts.sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, i) =>
    ({ base64: bytes.subarray(i === 0 ? 0 : cuts[i - 1], end).toString('base64') }));
}
