// What the stand-in says. The same request always gets the same words: it says that it is not a
// model, repeats the prompt, calls functions when it must or is asked to, quotes their results,
// fills schemas with samples, and adds a picture, a tone or made-up sources where they are wanted.
import { foundText, searches, sourcesOf, toolEvents } from './builtins.mjs';
import { callEvents, chooseCalls } from './calls.mjs';
import { loadModel } from './families.mjs';
import { addLogprobs } from './logprobs.mjs';
import { makePng, makeSound, soundType } from './media.mjs';
import { onlyResponses } from './rules_contents.mjs';
import { sample } from './sample.mjs';
import { hash, signPart } from './signatures.mjs';
import { hasSound, transcriptEvents } from './transcripts.mjs';
import { imageTokens, promptUsage, tokensIn, tokensOfSound } from './usage.mjs';

export const introduction = 'This is the stand-in for Google, not a Gemini model.';
const thought = '**Reading the request**\n\nThe stand-in does not think. A summary of a model\'s '
  + 'thoughts would be here.\n\n\n';
const thoughtTokens = 12;
const maxOutputTokens = 65536;
const maxEvents = 40;
const shortPrompt = 20; // characters that are spoken in two events instead of three

// Plans the answer to a valid request.
//   context  {model, family, options, serial}
//   returns  {head: {model, responseId, usage}, events: [{parts?, finishReason?, candidateTokens,
//            thoughtTokens, details?, candidate?}]}, where `candidate` has further members of the
//            candidate and `usage` is of usage.mjs; or {head, load: {events, eventDelayMs,
//            eventText, user}} for a load model
export function planAnswer(request, context) {
  const head = {
    model: context.model,
    responseId: hash(`${context.serial} ${context.model}`).toString('base64url').slice(0, 23),
    usage: promptUsage(request),
  };
  const load = planLoad(request, context);
  if (load) return { head, load };
  const thinks = thinksFor(request, context.family);
  const thoughts = thinks ? thoughtTokens : 0;
  const prompt = lastUserText(request);
  const calls = chooseCalls(request, prompt);
  const events = calls.length > 0
    ? callEvents(calls, thoughts, context)
    : saidEvents(request, prompt, thoughts, context);
  addLogprobs(events, request.generationConfig ?? {});
  const shown = thinks && request.generationConfig?.thinkingConfig?.includeThoughts;
  if (shown) {
    events.unshift({ parts: thoughtParts(request, prompt), candidateTokens: 0,
      thoughtTokens: thoughts });
  }
  return { head, events };
}

// A thought in words; where a picture is wanted, with a draft of it.
function thoughtParts(request, prompt) {
  const parts = [{ text: thought, thought: true }];
  if (!wants(request, 'IMAGE')) return parts;
  return [...parts, { ...picture(request, `draft of ${prompt}`), thought: true }];
}

function wants(request, modality) {
  const { responseModalities = [] } = request.generationConfig ?? {};
  return responseModalities.includes(modality)
    || (modality === 'TEXT' && responseModalities.length === 0);
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

// An answer that is no function call: parts of the service's tools, text, a picture, the end.
function saidEvents(request, prompt, thoughts, context) {
  if (wants(request, 'AUDIO')) return soundEvents(prompt);
  if (context.family.transcribes && hasSound(request)) return transcriptEvents(request);
  const before = toolEvents(request, prompt, context);
  let spent = before.length > 0 ? tokensIn(JSON.stringify(before)) : 0;
  const events = before.map((event) =>
    ({ ...event, candidateTokens: spent, thoughtTokens: thoughts }));
  const text = wants(request, 'TEXT') ? answerText(request, prompt) : '';
  const written = textEvents(text, { thoughts, spent }, request);
  events.push(...written.events);
  ({ spent } = written);
  const { maxOutputTokens: limit = maxOutputTokens } = request.generationConfig ?? {};
  const end = { candidateTokens: spent, thoughtTokens: Math.min(thoughts, limit) };
  if (wants(request, 'IMAGE') && !written.isCut) {
    end.details = [{ modality: 'IMAGE', tokenCount: imageTokens }];
    if (spent > 0) end.details.unshift({ modality: 'TEXT', tokenCount: spent });
    end.candidateTokens += imageTokens;
    events.push({ parts: [picture(request, prompt)], ...end });
    signPictures(events, context);
  }
  const candidate = sourcesOf(request, prompt, written.said);
  if (Object.keys(candidate).length > 0) end.candidate = candidate;
  return finished(events, end, written.isCut, context);
}

const picture = (request, text) => ({ inlineData: { mimeType: 'image/png',
  data: makePng(text, request.generationConfig?.imageConfig?.aspectRatio).toString('base64') } });

const signed = (part, { family, options, serial }) => (family.think === 'level'
  ? { ...part, thoughtSignature: signPart(options.route, '', `${serial}`) } : part);

// Gemini 3 signs the first part of an answer with a picture, whatever it is, and every picture.
function signPictures(events, context) {
  for (const event of events) {
    event.parts = event.parts.map((part, index) =>
      (part.inlineData || (event === events[0] && index === 0) ? signed(part, context) : part));
  }
}

// Gemini 3 ends with an empty text that carries the signature; the others in the last event, except
// that sources come in an event of their own.
function finished(events, end, isCut, context) {
  const finishReason = isCut ? 'MAX_TOKENS' : 'STOP';
  const isSigned = context.family.think === 'level' && !isCut;
  if (isSigned || (end.candidate && !isCut)) {
    return [...events, { parts: [signed({ text: '' }, context)], finishReason, ...end }];
  }
  if (isCut || events.length === 0) return [...events, { finishReason, ...end }];
  events.at(-1).finishReason = finishReason;
  return events;
}

function soundEvents(prompt) {
  const pieces = makeSound(prompt.length < shortPrompt ? 2 : 3);
  let bytes = 0;
  const events = pieces.map((piece) => {
    bytes += piece.length;
    const tokenCount = tokensOfSound(bytes);
    return { parts: [{ inlineData: { mimeType: soundType, data: piece.toString('base64') } }],
      candidateTokens: tokenCount, thoughtTokens: 0,
      details: [{ modality: 'AUDIO', tokenCount }] };
  });
  events.at(-1).finishReason = 'STOP';
  return events;
}

function answerText(request, prompt) {
  const config = request.generationConfig ?? {};
  const schema = config.responseJsonSchema ?? config.responseSchema;
  if (config.responseMimeType === 'text/x.enum') return String(schema?.enum?.[0] ?? 'stand-in');
  if (config.responseMimeType === 'application/json') {
    const value = schema
      ? sample(schema) : { standIn: introduction, youSaid: prompt };
    return JSON.stringify(value, null, 2);
  }
  return plainText(request, prompt) + (searches(request) ? foundText : '');
}

function plainText(request, prompt) {
  const last = request.contents.at(-1);
  if (onlyResponses(last)) {
    const outputs = last.parts.map(({ functionResponse }) =>
      `${functionResponse.name} returned ${JSON.stringify(functionResponse.response)}`);
    return `${introduction} ${outputs.join('; ')}`;
  }
  const files = (last.parts ?? []).map((part) => (part.inlineData ?? part.fileData)?.mimeType ?? '')
    .filter(Boolean);
  const withFiles = files.length > 0 ? ` (and sent ${files.join(', ')})` : '';
  return `${introduction} You said${withFiles}: ${prompt}`;
}

// Text cut at the first stop sequence and at maxOutputTokens (thoughts count), in at most
// `maxEvents` events of whole words.
//   returns  {events, said, spent, isCut}
function textEvents(text, { thoughts, spent: before }, request) {
  const config = request.generationConfig ?? {};
  const { stopSequences = [], maxOutputTokens: limit = maxOutputTokens } = config;
  const stops = stopSequences.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
  const words = text.slice(0, Math.min(text.length, ...stops)).match(/\s*\S+\s*|\s+/g) ?? [];
  const events = [];
  const perEvent = Math.ceil(words.length / maxEvents);
  let spent = before;
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
  return { events, said: words.slice(0, used).join(''), spent, isCut: used < words.length };
}
