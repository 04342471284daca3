// What each method answers: the normal answer of the Gemini API and of the token endpoint, or the
// one a scripted fault puts in its place.
import { introduction, lastUserText, planAnswer } from './answers.mjs';
import { badRequest, Failure } from './errors.mjs';
import { describeModel, familyOf, loadModel } from './families.mjs';
import { compact, parseJson } from './json.mjs';
import { checkCredential, exchange } from './oauth.mjs';
import { methodNames } from './routes.mjs';
import { arrayTexts, eventTexts, paced, pause, sseTexts, wholeResponse } from './stream.mjs';
import { countPrompt, sumOf } from './usage.mjs';
import { checkCount, checkGenerate } from './validate.mjs';

const json = { 'content-type': 'application/json; charset=UTF-8', server: 'stand-in for Google',
  vary: 'Origin, X-Origin, Referer', 'x-content-type-options': 'nosniff' };
const sse = { ...json, 'content-type': 'text/event-stream', 'content-disposition': 'attachment' };
const html = { ...json, 'content-type': 'text/html; charset=UTF-8' };
const uncached = { ...json, 'cache-control': 'no-cache, no-store, max-age=0, must-revalidate' };
const isSse = (call) => call.query.get('alt') === 'sse';
const pretty = (value) => `${JSON.stringify(value, null, 2)}\n`;

// A whole JSON answer. A failed stream that was asked for without alt=sse fails inside an array.
export function normalAnswer(call, status, body) {
  const isArray = call.target === 'stream' && !isSse(call) && status !== 200;
  return { status, headers: json, body: isArray ? `[${body.trimEnd()}\n]` : body };
}

// Answers a call as its fault says, otherwise normally.
//   call    of routes.mjs, with headers, bytes and body
//   throws  Failure
export async function answerCall(context, call, fault, signal) {
  if (fault.chunks) {
    return { status: fault.status ?? 200, headers: { ...sse, ...fault.headers },
      body: rawChunks(fault.chunks, signal) };
  }
  if (fault.events) return eventsAnswer(call, fault, signal);
  if (fault.status !== undefined || fault.body !== undefined) {
    const { body = '' } = fault;
    return { status: fault.status ?? 200, headers: { ...json, ...fault.headers },
      body: typeof body === 'string' ? body : pretty(body) };
  }
  const answer = await methods[call.target](context, call, fault, signal);
  return fault.headers ? { ...answer, headers: { ...answer.headers, ...fault.headers } } : answer;
}

async function* rawChunks(chunks, signal) {
  for (const chunk of chunks) {
    const wait = typeof chunk === 'number' ? chunk : chunk.pauseMs;
    if (wait !== undefined) await pause(wait, signal);
    else yield chunk.base64 === undefined ? chunk : Buffer.from(chunk.base64, 'base64');
  }
}

function eventsAnswer(call, fault, signal) {
  const headers = { ...(call.target === 'stream' && isSse(call) ? sse : json), ...fault.headers };
  const status = fault.status ?? 200;
  if (call.target === 'stream') {
    const body = framed(call, fault.events.map(compact), fault, 0, signal);
    return { status, headers, body };
  }
  const whole = Object.assign({}, ...fault.events);
  const parts = fault.events.flatMap((event) => event.candidates?.[0]?.content?.parts ?? []);
  if (parts.length > 0 && fault.events.length > 1) {
    const [candidate] = whole.candidates;
    whole.candidates = [{ ...candidate, content: { parts, role: 'model' } }];
  }
  return { status, headers, body: pretty(whole) };
}

function framed(call, texts, { lineEnd }, delayMs, signal) {
  const frames = isSse(call) ? sseTexts(texts, lineEnd) : arrayTexts(texts);
  return paced(frames, delayMs, signal);
}

const methods = {
  home: async () => ({ status: 200, headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: `${introduction}\nOAuth: POST /token. Gemini API: /v1beta/models. `
      + 'Nothing here reaches Google.\n' }),
  unknown: async () => ({ status: 404, headers: html,
    body: '<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n'
      + '<p>The stand-in for Google has no such URL.\n' }),
  token: async (context, call) => token(context, call),
  models: async (context, call) => models(context, call),
  count: async (context, call) => count(context, call),
  generate: async (context, call) =>
    normalAnswer(call, 200, pretty(wholeResponse(await plan(context, call)))),
  stream: async (context, call, fault, signal) => {
    const planned = await plan(context, call);
    const delayMs = planned.load?.eventDelayMs ?? context.options.eventDelayMs;
    return { status: 200, headers: isSse(call) ? sse : json,
      body: framed(call, eventTexts(planned), fault, delayMs, signal) };
  },
};

function token(context, call) {
  context.tokens += 1;
  const { status, body } = exchange(call.body, context.options, context.tokens);
  return { status, headers: uncached, body };
}

const knownQuery = new Set(['alt', '$alt', 'key', 'access_token', 'prettyPrint', 'fields',
  'pageSize', 'pageToken']);

// What is checked before the body: credential, query, content type.
function admit({ options }, call) {
  checkCredential(call.headers, call.query, options, methodNames[call.target]);
  const unbound = (name) => badRequest([{ description: 'Invalid JSON payload received. Unknown '
    + `name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request `
    + 'message.' }]);
  for (const name of call.query.keys()) if (!knownQuery.has(name)) throw unbound(name);
  if (/^application\/x-www-form-urlencoded/i.test(call.headers['content-type'] ?? '')) {
    throw unbound(call.body.slice(0, 100));
  }
}

// The model of a call with its family, if the method exists for it.
function modelOf({ options }, { model }, method, needsChat) {
  const family = familyOf(model);
  const isKnown = options.models.includes(model) || loadModel(model) !== null;
  if (isKnown && (family.chat || !needsChat)) return { model, family, options };
  throw new Failure(404, `models/${model} is not found for API version v1beta, or is not supported `
    + `for ${method}. Call ModelService.ListModels to see the list of available models and their `
    + 'supported methods.');
}

async function plan(context, call) {
  admit(context, call);
  const body = parseJson(call.bytes);
  const named = modelOf(context, call, 'generateContent', true);
  const request = checkGenerate(body, named);
  context.serial += 1;
  return planAnswer(request, { ...named, serial: context.serial });
}

function count(context, call) {
  admit(context, call);
  const body = parseJson(call.bytes);
  const request = checkCount(body, modelOf(context, call, 'countTokens', false));
  const promptTokensDetails = countPrompt(request);
  const totalTokens = sumOf(promptTokensDetails);
  return { status: 200, headers: json, body: pretty({ totalTokens, promptTokensDetails }) };
}

function models(context, call) {
  admit(context, call);
  const { options } = context;
  if (call.model !== undefined) {
    if (options.models.includes(call.model)) {
      return { status: 200, headers: json, body: pretty(describeModel(call.model)) };
    }
    throw new Failure(404, `Model is not found: models/${call.model} for api version v1beta`);
  }
  const size = pageSize(call.query.get('pageSize'));
  const from = pageStart(call.query.get('pageToken'));
  const page = options.models.slice(from, from + size).map(describeModel);
  const list = { models: page };
  if (from + size < options.models.length) list.nextPageToken = pageToken(from + size);
  return { status: 200, headers: json, body: pretty(list) };
}

const pageToken = (from) => Buffer.from(`models ${from}`).toString('base64url');

// 50 unless asked for; more than 1000 is taken for 1000.
function pageSize(text) {
  if (text === null || text === '' || text === '0') return 50;
  const size = Number(text);
  if (!Number.isInteger(size)) {
    const description = `Invalid value at 'page_size' (TYPE_INT32), "${text}"`;
    throw badRequest([{ field: 'page_size', description }]);
  }
  if (size < 0) throw new Failure(400, 'Page size must be non-negative');
  return Math.min(size, 1000);
}

function pageStart(text) {
  if (text === null || text === '') return 0;
  const parts = /^models (\d+)$/.exec(Buffer.from(text, 'base64url').toString());
  if (!parts) throw new Failure(400, 'Page token is not valid.');
  return Number(parts[1]);
}

// The last prompt of a body, '' for one that cannot be read; for the marker of a fault.
export function promptOf(call) {
  try {
    return lastUserText(JSON.parse(call.body));
  } catch {
    return '';
  }
}
