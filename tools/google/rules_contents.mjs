// Rules on `contents`: roles, parts, the pairing of function calls with their responses, thought
// signatures. Each check throws a Failure in Google's words.
// Source: ai.google.dev "Function calling", "Thought signatures"; error texts from public reports.
import { brokenRules, invalid, unexplained } from './errors.mjs';
import { isOurSignature } from './signatures.mjs';

const dataOf = ['text', 'inlineData', 'fileData', 'functionCall', 'functionResponse',
  'executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'];
const mediaTypes =
  /^(image\/(png|jpeg|webp|heic|heif)|audio\/.+|video\/.+|text\/.+|application\/pdf)$/i;
const responseMediaTypes = /^(image\/(png|jpeg|webp)|application\/pdf)$/i;
const webUri = /^https?:\/\/[^/]/i;
const fileName = /^files\/[a-z0-9-]+$/; // of the Files API
const storageUri = /^gs:\/\/[^/]+\/./; // of Cloud Storage

const partsOf = (content) => content.parts ?? [];
const callsOf = (content) =>
  partsOf(content).filter((part) => part.functionCall).map((part) => part.functionCall);
const responsesOf = (content) =>
  partsOf(content).filter((part) => part.functionResponse).map((part) => part.functionResponse);
const isModel = (content) => content?.role === 'model';

// True where a turn holds nothing but function responses: it continues the turn before.
export const onlyResponses = (content) =>
  partsOf(content).length > 0 && partsOf(content).every((part) => part.functionResponse);

// What every method that takes contents asks of them.
export function checkForm(request) {
  checkShape(request.contents ?? [], request.systemInstruction);
  checkRoles(request.contents ?? []);
}

export function checkContents({ request, model, family, options }) {
  const contents = request.contents ?? [];
  checkForm(request);
  if (request.systemInstruction && !family.system) {
    throw invalid(`Developer instruction is not enabled for models/${model}`);
  }
  const isGemini = [undefined, 'gemini_api'].includes(options.upstream);
  const media = { family, fileUris: [webUri, isGemini ? fileName : storageUri] };
  for (const content of contents) for (const part of partsOf(content)) checkMedia(part, media);
  checkTurns(contents, options.ids === false ? { ...family, strict: false } : family);
  if (!options.acceptForeignSignatures) checkSignatures(contents, options.route);
  if (family.think === 'level') checkMissingSignatures(contents);
  if (family.strict && isModel(contents.at(-1))) {
    throw invalid('Requests ending with a model turn are not supported.');
  }
}

function checkShape(contents, systemInstruction) {
  const broken = contents.length === 0 ? ['contents: contents is not specified'] : [];
  const check = (content, path) => {
    const parts = partsOf(content);
    if (parts.length === 0) broken.push(`${path}.parts: contents.parts must not be empty.`);
    parts.forEach((part, index) => {
      if (dataOf.some((name) => part[name] !== undefined)) return;
      broken.push(`${path}.parts[${index}].data: required oneof field 'data' must have one `
        + 'initialized field');
    });
  };
  contents.forEach((content, index) => check(content, `contents[${index}]`));
  if (systemInstruction) check(systemInstruction, 'system_instruction');
  if (broken.length > 0) throw brokenRules(broken);
}

function checkRoles(contents) {
  for (const { role } of contents) {
    if (role === undefined || ['', 'user', 'model', 'function'].includes(role)) continue;
    if (role === 'system') throw invalid("Role 'system' is not supported.");
    throw invalid('Please use a valid role: user, model.');
  }
}

function checkMedia(part, { family, fileUris }) {
  if (part.inlineData) checkType(part.inlineData, mediaTypes);
  if (part.fileData) checkFile(part.fileData, fileUris);
  if (part.mediaResolution && family.generation < 3) {
    throw unexplained('mediaResolution of a part needs a Gemini 3 model');
  }
  for (const media of part.functionResponse?.parts ?? []) {
    if (family.generation < 3) throw unexplained('functionResponse.parts needs a Gemini 3 model');
    if (media.inlineData) checkType(media.inlineData, responseMediaTypes);
    if (media.fileData) checkFile(media.fileData, fileUris);
  }
}

// The web, YouTube, and the Files API or Cloud Storage; hosts under .invalid cannot be reached.
function checkFile({ fileUri = '' }, fileUris) {
  if (!fileUris.some((pattern) => pattern.test(fileUri))) {
    throw invalid(`Invalid or unsupported file uri: ${fileUri}`);
  }
  if (/^https?:\/\/[^/]*\.invalid(\/|$)/i.test(fileUri)) {
    throw invalid('Cannot fetch content from the provided URL. Please ensure the URL is valid and '
      + 'accessible.');
  }
}

function checkType({ mimeType = '', data = '' }, allowed) {
  if (!allowed.test(mimeType)) throw invalid(`Unsupported MIME type: ${mimeType}`);
  if (data === '') throw unexplained('inlineData.data is empty');
}

const count = 'Please ensure that the number of function response parts is equal to the number of '
  + 'function call parts of the function call turn.';
const order = 'Please ensure that function call turn comes immediately after a user turn or after '
  + 'a function response turn.';
const orphan = 'Please ensure that function response turn comes immediately after a function call '
  + 'turn.';

// Function call turns follow a user turn and are answered, call by call, by the content after.
// Adjacent model contents count as one turn (seen in recorded traffic).
function checkTurns(contents, family) {
  let asked = [];
  contents.forEach((content, index) => {
    const calls = callsOf(content);
    const responses = responsesOf(content);
    const continues = isModel(content) && isModel(contents[index - 1]);
    for (const call of calls) if (!call.name) throw unexplained('functionCall.name is missing');
    if (calls.length > 0 && (!isModel(content) || index === 0)) throw invalid(order);
    if (responses.length > 0 && (isModel(content) || asked.length === 0)) {
      throw invalid(orphan);
    }
    if (!continues && responses.length !== asked.length) throw invalid(count);
    if (!continues) checkPairs(asked, responses, family);
    asked = continues ? [...asked, ...calls] : calls;
  });
}

function checkPairs(calls, responses, family) {
  const open = [...calls];
  for (const response of responses) {
    if (!response.response) throw unexplained('functionResponse.response is missing');
    if (family.strict && !response.id) throw unexplained('functionResponse.id is missing');
    const match = open.findIndex((call) => call.name === response.name
      && (call.id === undefined || response.id === undefined || call.id === response.id));
    if (match < 0) {
      throw unexplained(`functionResponse ${response.name ?? ''} ${response.id ?? ''} has no call `
        + 'of that name and id in the turn before');
    }
    const hasIds = open[match].id !== undefined && response.id !== undefined;
    if (match !== 0 && !hasIds) {
      throw unexplained('function responses without ids are out of order');
    }
    if (family.generation >= 3 && open[match].id !== undefined && !hasIds) {
      throw unexplained(`functionResponse.id is missing, the call has ${open[match].id}`);
    }
    open.splice(match, 1);
  }
}

function checkSignatures(contents, route) {
  for (const content of contents) {
    for (const part of partsOf(content)) {
      if (part.thoughtSignature === undefined) continue;
      if (part.functionResponse) throw unexplained('a functionResponse carries a thoughtSignature');
      if (!isOurSignature(route, part.functionCall?.name ?? '', part.thoughtSignature)) {
        throw invalid('Corrupted thought signature.');
      }
    }
  }
}

// In the current turn, which begins at the last user content that is more than function responses,
// the first call of every step must carry its signature. Earlier turns are not looked at.
function checkMissingSignatures(contents) {
  const start = contents.findLastIndex((content) => !isModel(content) && !onlyResponses(content));
  contents.forEach((content, index) => {
    if (index < start) return;
    const first = partsOf(content).find((part) => part.functionCall);
    if (!first || first.thoughtSignature) return;
    throw invalid('Function call is missing a thought_signature in functionCall parts. '
      + 'This is required for tools to work correctly, and missing thought_signature may lead to '
      + 'degraded model performance. Additional data, function call '
      + `\`default_api:${first.functionCall.name}\` , position ${index + 1}. Please refer to `
      + 'https://ai.google.dev/gemini-api/docs/thought-signatures for more details.');
  });
}
