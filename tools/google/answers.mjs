// What the stand-in says. The same request always gets the same words: it says that it is not a
// model, repeats the prompt, calls functions when it must or is asked to, quotes their results, and
// fills schemas with samples. Text only: image and speech models answer in text, too.
import { createHash } from 'node:crypto';
import { loadModel } from './families.mjs';
import { onlyResponses } from './rules_contents.mjs';
import { declarationsOf } from './rules_tools.mjs';
import { sample } from './sample.mjs';
import { signPart } from './signatures.mjs';

export const introduction = 'This is the stand-in for Google, not a Gemini model.';
const thought = '**Reading the request**\n\nThe stand-in does not think. A summary of a model\'s '
  + 'thoughts would be here.\n\n\n';
const thoughtTokens = 12;
const mediaTokens = 258;
const maxOutputTokens = 65536;
const maxEvents = 40;

const hash = (text) => createHash('sha256').update(text).digest();
const tokensIn = (text) => Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));

// Plans the answer to a valid request.
//   context  {model, family, options, serial}
//   returns  {head: {model, responseId, prompt: [{modality, tokenCount}]},
//            events: [{parts?, finishReason?, candidateTokens, thoughtTokens}]}  or
//            {head, load: {events, eventDelayMs, eventText, user}} for a load model
export function planAnswer(request, context) {
  const head = {
    model: context.model,
    responseId: hash(`${context.serial} ${context.model}`).toString('base64url').slice(0, 23),
    prompt: countPrompt(request),
  };
  const load = planLoad(request, context);
  if (load) return { head, load };
  const thinks = thinksFor(request, context.family);
  const thoughts = thinks ? thoughtTokens : 0;
  const calls = chooseCalls(request);
  const events = calls.length > 0
    ? callEvents(calls, thoughts, context)
    : textEvents(answerText(request), thoughts, request, context);
  const shown = thinks && request.generationConfig?.thinkingConfig?.includeThoughts;
  if (shown) {
    events.unshift({ parts: [{ text: thought, thought: true }], candidateTokens: 0,
      thoughtTokens: thoughts });
  }
  return { head, events };
}

function planLoad(request, { model, options }) {
  const named = loadModel(model);
  const events = named?.events ?? options.events;
  if (events === undefined) return null;
  return {
    events: Math.max(1, events),
    eventDelayMs: named?.eventDelayMs ?? options.eventDelayMs,
    eventText: options.eventText ?? 'word {i} ',
    user: lastUserText(request).slice(0, 64),
  };
}

// Estimated tokens of everything that is sent, by modality.
export function countPrompt(request) {
  const contents = [...(request.contents ?? []), request.systemInstruction ?? {}];
  const parts = contents.flatMap((content) => content.parts ?? []);
  const media = parts.filter((part) => part.inlineData || part.fileData);
  const rest = parts.filter((part) => !part.inlineData && !part.fileData);
  const text = rest.map((part) => part.text ?? JSON.stringify(part)).join(' ');
  const tools = request.tools ? JSON.stringify(request.tools) : '';
  const details = [{ modality: 'TEXT', tokenCount: tokensIn(text + tools) }];
  if (media.length > 0) details.push({ modality: 'IMAGE', tokenCount: mediaTokens * media.length });
  return details;
}

function thinksFor(request, family) {
  const { thinkingBudget, thinkingLevel } = request.generationConfig?.thinkingConfig ?? {};
  if (family.think === 'none' || thinkingBudget === 0 || thinkingLevel === 'MINIMAL') return false;
  return !family.quiet || thinkingBudget !== undefined || thinkingLevel !== undefined;
}

export function lastUserText(request) {
  const content = (request.contents ?? []).findLast((each) =>
    each.role !== 'model' && !onlyResponses(each));
  return (content?.parts ?? []).map((part) => part.text).filter(Boolean).join('\n');
}

// Functions to call now: [{name, args}]. In mode ANY always at least one; otherwise those the
// prompt names after the word "call", or all it names if there are two or more.
function chooseCalls(request) {
  const { mode = 'AUTO', allowedFunctionNames: allowed } =
    request.toolConfig?.functionCallingConfig ?? {};
  const declared = declarationsOf(request)
    .filter(({ name }) => !allowed?.length || allowed.includes(name));
  if (mode === 'NONE' || declared.length === 0) return [];
  const isAnswered = onlyResponses(request.contents.at(-1));
  const text = isAnswered ? '' : lastUserText(request);
  const places = declared
    .map((declaration) => ({ declaration, at: placeOf(declaration.name, text) }))
    .filter(({ at }) => at >= 0).sort((one, other) => one.at - other.at);
  const asked = places.length > 1 || (places.length === 1 && /\bcall\b/i.test(text));
  const chosen = asked ? places : [];
  if (mode === 'ANY' && chosen.length === 0) {
    chosen.push(places[0] ?? { declaration: declared[0], at: -1 });
  }
  return chosen.map(({ declaration, at }) =>
    ({ name: declaration.name, args: argumentsFor(declaration, text, at) }));
}

function placeOf(name, text) {
  const word = name.replace(/[.-]/g, '\\$&');
  return text.search(new RegExp(`(?<![\\w.:-])${word}(?![\\w:-])`));
}

// A JSON object right after the name in the prompt, otherwise a sample of the parameters. A
// function without parameters is called without `args`.
function argumentsFor({ name, parameters, parametersJsonSchema }, text, at) {
  const after = at < 0 ? '' : text.slice(at + name.length).trimStart();
  if (after.startsWith('{')) {
    for (let end = after.indexOf('}'); end > 0; end = after.indexOf('}', end + 1)) {
      try {
        return JSON.parse(after.slice(0, end + 1));
      } catch {
        // Not the closing brace; try the next one.
      }
    }
  }
  const schema = parametersJsonSchema ?? parameters;
  return schema && sample({ type: 'object', ...schema });
}

function callEvents(calls, thoughts, { family, options, serial }) {
  const isLevel = family.think === 'level';
  const parts = calls.map(({ name, args }, index) => {
    const functionCall = { name };
    if (args !== undefined) functionCall.args = args;
    const id = hash(`${serial} ${index}`).toString('hex').slice(0, 8);
    if (family.generation >= 3) functionCall.id = id;
    const isSigned = index === 0 && family.think !== 'none';
    return isSigned
      ? { functionCall, thoughtSignature: signPart(options.route, name, `${serial}`) }
      : { functionCall };
  });
  const spent = { candidateTokens: tokensIn(JSON.stringify(calls)), thoughtTokens: thoughts };
  if (!isLevel) return [{ parts, finishReason: 'STOP', ...spent }];
  return [{ parts, ...spent }, { parts: [{ text: '' }], finishReason: 'STOP', ...spent }];
}

function answerText(request) {
  const config = request.generationConfig ?? {};
  const schema = config.responseJsonSchema ?? config.responseSchema;
  if (config.responseMimeType === 'text/x.enum') return String(schema?.enum?.[0] ?? 'stand-in');
  if (config.responseMimeType === 'application/json') {
    const value = schema
      ? sample(schema) : { standIn: introduction, youSaid: lastUserText(request) };
    return JSON.stringify(value, null, 2);
  }
  const last = request.contents.at(-1);
  if (onlyResponses(last)) {
    const outputs = last.parts.map(({ functionResponse }) =>
      `${functionResponse.name} returned ${JSON.stringify(functionResponse.response)}`);
    return `${introduction} ${outputs.join('; ')}`;
  }
  const files = (last.parts ?? []).map((part) => (part.inlineData ?? part.fileData)?.mimeType ?? '')
    .filter(Boolean);
  const withFiles = files.length > 0 ? ` (and sent ${files.join(', ')})` : '';
  return `${introduction} You said${withFiles}: ${lastUserText(request)}`;
}

// Text cut at the first stop sequence and at maxOutputTokens (thoughts count), in at most
// `maxEvents` events of whole words.
function textEvents(text, thoughts, request, { family, options, serial }) {
  const config = request.generationConfig ?? {};
  const { stopSequences = [], maxOutputTokens: limit = maxOutputTokens } = config;
  const stops = stopSequences.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const words = text.slice(0, Math.min(text.length, ...stops)).match(/\s*\S+\s*|\s+/g) ?? [];
  const events = [];
  const perEvent = Math.ceil(words.length / maxEvents);
  let spent = 0;
  let used = 0;
  for (const word of words) {
    const cost = tokensIn(word);
    if (thoughts + spent + cost > limit) break;
    spent += cost;
    if (used % perEvent === 0) events.push({ parts: [{ text: '' }], thoughtTokens: thoughts });
    events.at(-1).parts[0].text += word;
    events.at(-1).candidateTokens = spent;
    used += 1;
  }
  const end = { candidateTokens: spent, thoughtTokens: Math.min(thoughts, limit) };
  if (used < words.length) return [...events, { finishReason: 'MAX_TOKENS', ...end }];
  if (family.think === 'level') {
    const thoughtSignature = signPart(options.route, '', `${serial}`);
    return [...events, { parts: [{ text: '', thoughtSignature }], finishReason: 'STOP', ...end }];
  }
  if (events.length === 0) return [{ finishReason: 'STOP', ...end }];
  events.at(-1).finishReason = 'STOP';
  return events;
}
