// From a planned answer to bytes: whole JSON, a JSON array, or server-sent events framed as Google
// frames them (CRLF, one `data: ` line per event, no [DONE]), at a given pace.
import { setImmediate as immediate } from 'node:timers/promises';
import { compact, quote } from './json.mjs';
import { joinLogprobs } from './logprobs.mjs';
import { wrapped } from './upstreams.mjs';
import { sumOf, usageOf } from './usage.mjs';

const batchChars = 16384;

// One event as its upstream sends it: a GenerateContentResponse, or that in a wrapper.
//   head    {model, responseId, usage, call?: {upstream?}, createTime?, trafficType?}; with a
//           traffic type, as on Vertex AI, only the last event has token counts
//   isLast  whether it is the last of the answer
export function responseOf(head, event, isLast = true) {
  const candidate = { content: { parts: event.parts, role: 'model' } };
  if (!event.parts) delete candidate.content.parts;
  if (event.finishReason) candidate.finishReason = event.finishReason;
  candidate.index = 0;
  const { createTime, trafficType } = head;
  const counts = trafficType === undefined || isLast ? usageOf(head.usage, event) : {};
  return wrapped(head.call ?? {}, { candidates: [{ ...candidate, ...event.candidate }],
    usageMetadata: { ...counts, ...(trafficType && { trafficType }) }, modelVersion: head.model,
    ...(createTime && { createTime }), responseId: head.responseId });
}

// The whole answer as one response: texts of one kind joined, the last usage, the finish reason.
export function wholeResponse(plan) {
  if (plan.load) return responseOf(plan.head, wholeLoad(plan.load));
  const parts = [];
  for (const part of plan.events.flatMap((event) => event.parts ?? [])) {
    const before = parts.at(-1);
    const joins = part.text !== undefined && before?.text !== undefined
      && before.thought === part.thought;
    if (joins) parts[parts.length - 1] = { ...before, ...part, text: before.text + part.text };
    else if (part.text !== '' || part.thoughtSignature) parts.push(part);
  }
  const event = { ...plan.events.at(-1), parts, candidate: wholeCandidate(plan.events) };
  if (parts.length === 0) delete event.parts;
  return responseOf(plan.head, event);
}

function wholeCandidate(events) {
  const whole = Object.assign({}, ...events.map((event) => event.candidate));
  if (!whole.logprobsResult) return whole;
  const results = events.map((event) => event.candidate?.logprobsResult).filter(Boolean);
  return { ...whole, logprobsResult: joinLogprobs(results) };
}

function wholeLoad(load) {
  const text = Array.from({ length: load.events }, (_, index) => loadText(load, index)).join('');
  const parts = [{ text }];
  return { parts, finishReason: 'STOP', candidateTokens: load.events, thoughtTokens: 0 };
}

function* loadEvents(load) {
  for (let index = 0; index < load.events; index += 1) {
    yield { parts: [{ text: loadText(load, index) }], candidateTokens: index + 1, thoughtTokens: 0,
      ...(index === load.events - 1 && { finishReason: 'STOP' }) };
  }
}

const loadText = ({ eventText, user }, index) =>
  eventText.replaceAll('{i}', index).replaceAll('{user}', user);

// JSON of each event, one at a time. A load model's events differ only in their number, so on the
// Gemini API all but that number is rendered once.
export function* eventTexts(plan) {
  const { load, head } = plan;
  if (!load || (head.call?.upstream ?? 'gemini_api') !== 'gemini_api') {
    const events = load ? loadEvents(load) : plan.events;
    for (const event of events) {
      yield compact(responseOf(head, event, event.finishReason !== undefined));
    }
    return;
  }
  const pieces = load.eventText.replaceAll('{user}', load.user).split('{i}')
    .map((piece) => quote(piece).slice(1, -1));
  const before = '{"candidates": [{"content": {"parts": [{"text": "';
  const prompt = sumOf(head.usage.prompt);
  const after = `},"modelVersion": ${quote(head.model)},"responseId": ${quote(head.responseId)}}`;
  for (let index = 0; index < load.events; index += 1) {
    const finish = index === load.events - 1 ? '"finishReason": "STOP",' : '';
    yield `${before}${pieces.join(index)}"}],"role": "model"},${finish}"index": 0}],`
      + `"usageMetadata": {"promptTokenCount": ${prompt},"candidatesTokenCount": ${index + 1},`
      + `"totalTokenCount": ${prompt + index + 1}${after}`;
  }
}

export function* sseTexts(texts, lineEnd = '\r\n') {
  for (const text of texts) yield `data: ${text}${lineEnd}${lineEnd}`;
}

export function* arrayTexts(texts) {
  let before = '[';
  for (const text of texts) {
    yield `${before}${JSON.stringify(JSON.parse(text), null, 2)}\n`;
    before = ',\n';
  }
  yield ']';
}

// Gives out the texts `delayMs` apart. What is already due (a slow reader, a short delay) goes out
// together, so that thousands of events a second cost few writes.
export async function* paced(texts, delayMs, signal) {
  const start = performance.now();
  let sent = 0;
  let batch = '';
  for (const text of texts) {
    const wait = start + sent * delayMs - performance.now();
    if (batch !== '' && (wait > 0 || batch.length > batchChars)) {
      yield batch;
      batch = '';
      await immediate();
    }
    if (wait > 0) await pause(wait, signal);
    if (signal.aborted) return;
    batch += text;
    sent += 1;
  }
  if (batch !== '') yield batch;
}

// Waits `ms`, or until the client is gone.
export function pause(ms, signal) {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, signal.aborted ? 0 : ms);
    signal.addEventListener('abort', finish);
  });
}

export const untilGone = (signal) => new Promise((resolve) => {
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', resolve, { once: true });
});
