// What goes wrong between the proxy and the upstream, by name, and how such a call may end.
//
//   make(call, {words, random})  an entry of the stand-in's script (tools/google/faults.mjs) or
//             {entry, text}: what that answer says; without `text` it says what the stand-in says
//   codes     of the error, if the fault stays
//   shown     whether words have reached a streaming caller before the fault
//   stays     whether another attempt is not made: the first one decides
//   benign    whether it is no fault to the caller: the answer is whole
//   open      whether the answer may be whole although the fault stays
//   passes    whether it is gone with the next attempt, always
//   own       whether a model rests because of it: the request asks for one of its own
//   finish    the finish reason, if it is not "stop"
import { brotliCompressSync } from 'node:zlib';
import { presets } from '../../../tools/google/presets.mjs';
import { eventOf, framesOf, splitBytes, sse } from './texts.mjs';

const size = (chunks) => chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
const raw = (then, ...bytes) => ({ raw: { bytes, then } });
const kHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
const said = (words, entry) => ({ entry, text: words.join('') });

// Fails before the first word.
const early = (codes, make, more = {}) => ({
  codes: [codes].flat(),
  make: typeof make === 'function' ? make : () => make,
  ...more,
});
const preset = (name, codes, more) => early(codes, { fault: name }, more);
const own = { own: true };
const stays = { stays: true };

// Fails after some words: `make` gets the frames of all but the last two events.
const late = (codes, make, more) => ({
  codes: [codes].flat(),
  shown: true,
  make: (call, { words, random }) =>
    said(words, make(framesOf(call, words).slice(0, -2), { call, words, random })),
  ...more,
});

// Not a fault to the caller: `make` gets all frames.
const benign = (make, more) => ({
  benign: true,
  make: (call, { words, random }) =>
    said(words, make(framesOf(call, words, more?.google), { call, words, random })),
  ...more,
});
// The same of the stand-in's own answer.
const harmless = (entry) => ({ benign: true, make: () => entry });

const half = (frame) => frame.slice(0, frame.length / 2);
const cutAfter = (chunks, more) => ({ chunks, cutAfter: size(chunks), ...more });
const overloaded = presets[503][1].body;
const quota = (call) => presets['429'][1](call).body;
const chunked = (frame) => `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`;

const connection = {
  'reset before the head': early('upstream_reset', { cut: 'headers', reset: true }),
  'close before the head': early('upstream_reset', { cut: 'headers' }),
  'reset inside the head': early('upstream_reset', raw('reset', kHead)),
  'close inside the head': early('upstream_reset', raw('close', kHead)),
  'no HTTP': early('upstream_reset', raw('close', '\x16\x03\x01 something else\r\n\r\n')),
  'two lengths': early(['upstream_reset', 'upstream_invalid_response'],
    raw('close', kHead, 'content-length: 10\r\ncontent-length: 20\r\n\r\n0123456789')),
  'head of 300 KB': early(['upstream_reset', 'upstream_invalid_response'],
    () => raw('close', kHead, `x-long: ${'x'.repeat(300_000)}\r\n\r\n`)),
  'silence before the head': early('upstream_timeout', { hang: 'headers' }, stays),
  'silence after the head': early('upstream_timeout', { hangAfter: 0 }, stays),
};

const statuses = {
  400: preset('400', 'upstream_invalid_request', stays),
  401: early([], ({ headers }) => headers.authorization && { fault: '401' }, { passes: true }),
  403: preset('403', 'upstream_permission_denied', own),
  404: preset('404', 'model_not_found'),
  418: early('upstream_invalid_request', { status: 418, body: 'short and stout' }, stays),
  429: preset('429', 'rate_limit_exceeded', own),
  500: preset('500', 'upstream_error'),
  503: preset('503', 'upstream_overloaded'),
  504: preset('504', 'upstream_timeout', stays),
  '429, 1 s': preset('429-short', 'rate_limit_exceeded', own),
  '429 per day': preset('429-day', ['insufficient_quota', 'rate_limit_exceeded'], own),
  '429, limit 0': preset('429-zero', ['insufficient_quota', 'rate_limit_exceeded'], own),
  '429 without details': preset('429-plain', 'rate_limit_exceeded', own),
  'no capacity': preset('capacity', 'upstream_overloaded'),
  'API disabled': preset('service-disabled', 'upstream_permission_denied', own),
  'prompt too long': preset('context', 'context_length_exceeded', stays),
  'location refused': preset('location', 'unsupported_country_region_territory'),
  redirect: preset('redirect', 'upstream_invalid_response', stays),
  'HTML page, 502': preset('html', ['upstream_error', 'upstream_overloaded']),
  'error in an array': preset('array-error', 'upstream_overloaded'),
  'error without a body': preset('empty-error', 'upstream_error'),
  'error of 5 MB': early('upstream_error', () => ({ status: 500, body: 'x'.repeat(5_000_000) })),
  'status 299': early(['upstream_error', 'upstream_invalid_response'],
    { status: 299, body: 'accepted, more or less' }),
};

const bodies = {
  'HTML page, 200': preset('html-200', 'upstream_invalid_response'),
  'wrong content type': early('upstream_invalid_response',
    { headers: { 'content-type': 'image/png' }, chunks: [{ base64: 'iVBORw0KGgoAAAANSUhEUg==' }] }),
  'encoding nobody asked for': early('upstream_invalid_response',
    { headers: { 'content-encoding': 'zstd' }, chunks: [{ base64: 'KLUv/QRYAQAA' }] }),
  'gzip that is none': early(['upstream_reset', 'upstream_invalid_response'],
    (call, { words }) => ({
      headers: { 'content-encoding': 'gzip' },
      chunks: framesOf(call, words),
    })),
  'empty stream': preset('empty-stream', 'upstream_invalid_response'),
  'comments only': early('upstream_invalid_response', { chunks: [': hello\r\n\r\n', ':\r\n\r\n'] }),
  '[DONE] only': early('upstream_invalid_response', { chunks: ['data: [DONE]\r\n\r\n'] }),
  'garbage first': early('upstream_invalid_response', { chunks: ['data: {"candi\r\n\r\n'] }),
  'error event first': preset('error-first', 'upstream_overloaded'),
  '429 as first event': early('rate_limit_exceeded', (call) => ({ chunks: [sse(quota(call))] }), own),
};

const streams = {
  'cut in an event': late('upstream_reset',
    (frames) => cutAfter([...frames, half(frames.at(-1))])),
  'reset between events': late('upstream_reset', (frames) => cutAfter(frames, { reset: true })),
  'cut gzip': late('upstream_reset', (frames, { random }) => ({
    chunks: frames, gzip: true, cutAfter: random.between(30, 120), reset: random.chance(50),
  }), { shown: 'maybe' }),
  'broken chunk': late('upstream_reset', (frames) =>
    raw('close', kHead, 'transfer-encoding: chunked\r\n\r\n', ...frames.map(chunked), 'zz\r\nzz')),
  'body shorter than its length': late('upstream_reset', (frames) =>
    raw('close', kHead, `content-length: ${size(frames) + 500}\r\n\r\n`, ...frames)),
  'end without a finish': late('upstream_reset', (frames) => ({ chunks: frames })),
  'silence in an event': late('upstream_timeout', (frames) => {
    const chunks = [...frames, half(frames.at(-1))];
    return { chunks, hangAfter: size(chunks) };
  }, stays),
  'garbage event': late('upstream_invalid_response', (frames) =>
    ({ chunks: [...frames, 'data: {"candidates": [{\r\n\r\n', frames.at(-1)] })),
  'HTML in the stream': late('upstream_invalid_response', (frames) =>
    ({ chunks: [...frames, 'data: <html>oops</html>\r\n\r\n'] })),
  'error event': late('upstream_overloaded', (frames) =>
    ({ chunks: [...frames, sse(overloaded)] })),
  '429 as an event': late('rate_limit_exceeded', (frames, { call }) =>
    ({ chunks: [...frames, sse(quota(call))] }), own),
  'bare error': late(['upstream_overloaded', 'upstream_reset'], (frames) =>
    ({ chunks: [...frames, JSON.stringify(overloaded, null, 2).replaceAll('\n', '\r\n')] })),
  'event of 33 MB': late('upstream_invalid_response', (frames, { call, words }) =>
    ({ chunks: [...frames, sse(eventOf(call, `${words[0]}${'x'.repeat(33 * 2 ** 20)}`))] }),
  { rare: true }),
};

const harmlessOnes = {
  gzip: harmless({ gzip: true }),
  'LF line ends': harmless({ lineEnd: '\n' }),
  'byte by byte': harmless({ slowMs: 0 }),
  'closed at its end': harmless({ closeDelimited: true }),
  'Brotli': benign((frames) => ({
    headers: { 'content-encoding': 'br' },
    chunks: [{ base64: brotliCompressSync(frames.join('')).toString('base64') }],
  })),
  'split anywhere': benign((frames, { random }) =>
    ({ chunks: splitBytes(frames.join(''), 40, random) })),
  trickle: benign((frames) => ({ chunks: frames.flatMap((frame) => [{ pauseMs: 250 }, frame]) })),
  'comments and fields': benign((frames) => ({
    chunks: ['\ufeff', ': hello\r\n', ...frames.flatMap((frame, i) => [`id: ${i}\r\n`, frame])],
  })),
  'no blank line at the end': benign((frames) => ({ chunks: [frames.join('').trimEnd()] })),
  'event after the finish': benign((frames, { call }) =>
    ({ chunks: [...frames, sse(eventOf(call, 'too late'))] })),
  'bytes after the finish': benign((frames) => ({ chunks: [...frames, 'data: {"candid\r\n\r\n'] }),
    { codes: ['upstream_invalid_response'], shown: true, benign: false, open: true }),
  '2,000 small events': {
    benign: true,
    make: (call, { words }) => {
      const many = Array.from({ length: 2000 }, (_, i) => `${words[i % words.length]}${i} `);
      return said(many, { chunks: [framesOf(call, many).join('')] });
    },
  },
  'event of 1 MB': {
    benign: true,
    make: (call, { words }) => {
      const large = [words[0], words[1].repeat(1_000_000 / words[1].length), words[2]];
      return said(large, { chunks: framesOf(call, large) });
    },
  },
  'half a surrogate pair': {
    benign: true,
    make: (call, { words }) => {
      const odd = [...words, 'x\ud83d y'];
      return { entry: { chunks: framesOf(call, odd) }, text: `${words.join('')}x\ufffd y` };
    },
  },
  'invalid UTF-8': {
    benign: true,
    make: (call, { words }) => {
      const bytes = Buffer.from(framesOf(call, [...words, 'x~y ~']).join(''));
      for (let at = 0; (at = bytes.indexOf('~', at)) >= 0; ) bytes[at] = 0xff;
      const entry = { chunks: [{ base64: bytes.toString('base64') }] };
      return { entry, text: `${words.join('')}x\ufffdy \ufffd` };
    },
  },
  'stopped for safety': benign((frames) => ({ chunks: frames }),
    { google: 'SAFETY', finish: 'content_filter' }),
  'out of tokens': benign((frames) => ({ chunks: frames }),
    { google: 'MAX_TOKENS', finish: 'length' }),
  'unknown finish reason': benign((frames) => ({ chunks: frames }), { google: 'FAKE_NEW' }),
};

export const kFaults = { ...connection, ...statuses, ...bodies, ...streams, ...harmlessOnes };

// Whether it can be put in the way of a call that is answered by the stand-in with tool calls.
export const saysNothing = ({ make, shown, benign: isBenign }) =>
  !shown && (!isBenign || make.length === 0);
