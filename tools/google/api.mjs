// What each method answers: the normal answer of the three upstreams and of the token endpoint, or
// the one a scripted fault puts in its place.
import { introduction, lastUserText, planAnswer } from './answers.mjs';
import { codeAssistMethods } from './code_assist.mjs';
import { consent } from './consent.mjs';
import { checkCredential } from './credentials.mjs';
import { badRequest, Failure } from './errors.mjs';
import { describeModel, familyOf, loadModel } from './families.mjs';
import { compact, parseJson } from './json.mjs';
import { exchange } from './oauth.mjs';
import { arrayTexts, eventTexts, paced, pause, sseTexts, wholeResponse } from './stream.mjs';
import { checkProject, localized, methodName, missingModel, optionsFor, wrapped }
  from './upstreams.mjs';
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
  const text = status === 200 ? body : localized(call, body);
  return { status, headers: json, body: isArray ? `[${text.trimEnd()}\n]` : text };
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
      body: typeof body === 'string' ? body : localized(call, pretty(body)) };
  }
  const isElsewhere = call.location !== undefined && !isServed(call.location, context.options);
  const target = isElsewhere ? 'unknown' : call.target;
  const answer = await methods[target](context, call, fault, signal);
  return fault.headers ? { ...answer, headers: { ...answer.headers, ...fault.headers } } : answer;
}

// An address with a location that is none leads to Google's 404 page.
const isServed = (location, { locations }) => locations.includes(location);

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
    const texts = fault.events.map((event) => compact(wrapped(call, event)));
    const body = framed(call, texts, fault, 0, signal);
    return { status, headers, body };
  }
  const whole = Object.assign({}, ...fault.events);
  const parts = fault.events.flatMap((event) => event.candidates?.[0]?.content?.parts ?? []);
  if (parts.length > 0 && fault.events.length > 1) {
    const [candidate] = whole.candidates;
    whole.candidates = [{ ...candidate, content: { parts, role: 'model' } }];
  }
  return { status, headers, body: pretty(wrapped(call, whole)) };
}

function framed(call, texts, { lineEnd }, delayMs, signal) {
  const frames = isSse(call) ? sseTexts(texts, lineEnd) : arrayTexts(texts);
  return paced(frames, delayMs, signal);
}

const methods = {
  home: async () => ({ status: 200, headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body: `${introduction}\nOAuth: POST /token, /o/oauth2/v2/auth. Gemini API: /v1beta/models. `
      + 'Vertex AI: /v1beta1/projects. Code Assist: /v1internal. Nothing here reaches Google.\n' }),
  unknown: async () => ({ status: 404, headers: html,
    body: '<!DOCTYPE html>\n<html lang=en>\n<title>Error 404 (Not Found)!!1</title>\n'
      + '<p>The stand-in for Google has no such URL.\n' }),
  token: async (context, call) => token(context, call),
  consent: async ({ options, oauth }, call) => consent(call, options, oauth),
  models: async (context, call) => models(context, call),
  ...Object.fromEntries(Object.entries(codeAssistMethods).map(([target, method]) =>
    [target, async (context, call) => {
      admit(context, call);
      return { status: 200, headers: json, body: pretty(method(context, call)) };
    }])),
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
  const { status, body } = exchange(call.body, context.options, context.oauth,
    `${context.url}/token`);
  return { status, headers: uncached, body };
}

const knownQuery = new Set(['alt', '$alt', 'key', 'access_token', 'prettyPrint', 'fields',
  'pageSize', 'pageToken']);

// What is checked before the body: credential, query, content type.
function admit({ options }, call) {
  checkCredential(call, options, methodName(call));
  const unbound = (name) => badRequest([{ description: 'Invalid JSON payload received. Unknown '
    + `name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request `
    + 'message.' }]);
  for (const name of call.query.keys()) if (!knownQuery.has(name)) throw unbound(name);
  if (/^application\/x-www-form-urlencoded/i.test(call.headers['content-type'] ?? '')) {
    throw unbound(call.body.slice(0, 100));
  }
  checkProject(call, options);
}

// The model of a call with its family and the options of its upstream, if the method exists for it.
function modelOf({ options }, call, method, needsChat) {
  const { model = '', upstream } = call;
  const family = familyOf(model);
  const listed = upstream === 'vertex' ? options.vertexModels ?? options.models : options.models;
  const isKnown = listed.includes(model) || loadModel(model) !== null;
  if (isKnown && (family.chat || !needsChat)) {
    return { model, family, options: optionsFor(options, call) };
  }
  throw missingModel({ ...call, model }, method);
}

async function plan(context, call) {
  admit(context, call);
  const body = parseJson(call.bytes);
  const named = modelOf(context, call, 'generateContent', true);
  const request = checkGenerate(body, named);
  context.quotas.spend(call, context.options);
  context.serial += 1;
  const planned = planAnswer(request, { ...named, serial: context.serial });
  const { head } = planned;
  head.call = call;
  if (call.upstream === 'vertex') {
    head.trafficType = 'ON_DEMAND';
    head.createTime = new Date(context.options.now()).toISOString().replace('Z', '000Z');
  }
  if (context.options.prefixCache) {
    const cached = context.cache.seen(request, call, context.options);
    head.usage.cached = Math.max(head.usage.cached, cached);
  }
  Object.assign(call.record, { promptTokens: sumOf(head.usage.prompt),
    cachedTokens: head.usage.cached });
  return planned;
}

function count(context, call) {
  admit(context, call);
  const body = parseJson(call.bytes);
  const request = checkCount(body, modelOf(context, call, 'countTokens', false));
  const promptTokensDetails = countPrompt(request);
  const totalTokens = sumOf(promptTokensDetails);
  const answer = { totalTokens };
  if (call.upstream === 'vertex') answer.totalBillableCharacters = totalTokens * 4;
  if (call.upstream !== 'code_assist') answer.promptTokensDetails = promptTokensDetails;
  return { status: 200, headers: json, body: pretty(answer) };
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
    const body = JSON.parse(call.body);
    return lastUserText(call.upstream === 'code_assist' ? body.request ?? {} : body);
  } catch {
    return '';
  }
}
