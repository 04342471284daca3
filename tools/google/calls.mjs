// Function calls of the stand-in: which functions a request makes it call, with which arguments,
// and the events that carry the calls.
import { onlyResponses } from './rules_contents.mjs';
import { declarationsOf } from './rules_tools.mjs';
import { sample } from './sample.mjs';
import { hash, signPart } from './signatures.mjs';
import { tokensIn } from './usage.mjs';

// Functions to call now: [{name, args}]. In mode ANY always at least one; otherwise those the
// prompt names after the word "call", or all it names if there are two or more.
export function chooseCalls(request, prompt) {
  const { mode = 'AUTO', allowedFunctionNames: allowed } =
    request.toolConfig?.functionCallingConfig ?? {};
  const declared = declarationsOf(request)
    .filter(({ name }) => !allowed?.length || allowed.includes(name));
  if (mode === 'NONE' || declared.length === 0) return [];
  const isAnswered = onlyResponses(request.contents.at(-1));
  const text = isAnswered ? '' : prompt;
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

// The calls in one event. Gemini 3 gives each an id, but not on Vertex AI; a model that thinks
// signs the first.
export function callEvents(calls, thoughts, { family, options, serial }) {
  const isLevel = family.think === 'level';
  const parts = calls.map(({ name, args }, index) => {
    const functionCall = { name };
    if (args !== undefined) functionCall.args = args;
    const id = hash(`${serial} ${index}`).toString('hex').slice(0, 8);
    if (family.generation >= 3 && options.ids !== false) functionCall.id = id;
    const isSigned = index === 0 && family.think !== 'none';
    return isSigned
      ? { functionCall, thoughtSignature: signPart(options.route, name, `${serial}`) }
      : { functionCall };
  });
  const spent = { candidateTokens: tokensIn(JSON.stringify(calls)), thoughtTokens: thoughts };
  if (!isLevel) return [{ parts, finishReason: 'STOP', ...spent }];
  return [{ parts, ...spent }, { parts: [{ text: '' }], finishReason: 'STOP', ...spent }];
}
