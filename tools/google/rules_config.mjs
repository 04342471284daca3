// Rules on `generationConfig`, `safetySettings` and `cachedContent`.
// Source: ai.google.dev "GenerateContent API reference", "Gemini thinking", "Structured outputs",
// "Image generation", "Speech generation".
import { brokenRules, Failure, invalid, unexplained } from './errors.mjs';

// [field, in a message, least, most]
const ranges = [
  ['temperature', 'temperature', 0, 2],
  ['topP', 'top_p', 0, 1],
  ['topK', 'top_k', 1, 1000],
  ['maxOutputTokens', 'max_output_tokens', 1, Infinity],
  ['candidateCount', 'candidate_count', 1, 8],
  ['presencePenalty', 'presence_penalty', -2, 2],
  ['frequencyPenalty', 'frequency_penalty', -2, 2],
  ['logprobs', 'logprobs', 0, 20],
];
const mimeTypes = ['text/plain', 'application/json', 'application/xml', 'application/yaml',
  'text/x.enum'];

const goodCache = /^(projects\/[^/]+\/locations\/[^/]+\/)?cachedContents\/stand-in/;
const aspectRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9'];
const imageSizes = ['512', '1K', '2K', '4K'];
const voices = ['zephyr', 'puck', 'charon', 'kore', 'fenrir', 'leda', 'orus', 'aoede', 'callirrhoe',
  'autonoe', 'enceladus', 'iapetus', 'umbriel', 'algieba', 'despina', 'erinome', 'algenib',
  'rasalgethi', 'laomedeia', 'achernar', 'alnilam', 'schedar', 'gacrux', 'pulcherrima', 'achird',
  'zubenelgenubi', 'vindemiatrix', 'sadachbia', 'sadaltager', 'sulafat'];

export function checkConfig({ request, model, family, options }) {
  const config = request.generationConfig ?? {};
  const broken = [...brokenRanges(config), ...brokenStops(config), ...brokenFormat(config)]
    .map((line) => `generation_config.${line}`);
  if (broken.length > 0) throw brokenRules(broken);
  checkCandidates(config, model, family);
  checkModalities(config, model, family);
  checkThinking(config.thinkingConfig, model, family);
  checkImage(config.imageConfig, family);
  checkSpeech(config.speechConfig);
  checkTranscription(config.audioTranscriptionConfig);
  if (config.responseLogprobs && !(options.logprobs ?? family.logprobs)) {
    throw invalid(`Logprobs is not enabled for models/${model}`);
  }
  const penalizes = config.presencePenalty || config.frequencyPenalty;
  if (penalizes && !(options.penalties ?? family.penalties)) {
    throw invalid(`Penalty is not enabled for models/${model}`);
  }
  checkSafety(request.safetySettings ?? []);
  checkCache(request);
}

function brokenRanges(config) {
  const alone = config.logprobs !== undefined && !config.responseLogprobs
    ? ['logprobs: logprobs should only be set when response_logprobs is true.'] : [];
  return [...alone, ...ranges.flatMap(([key, name, least, most]) => {
    const value = config[key];
    if (value === undefined || (value >= least && value <= most)) return [];
    if (most === Infinity) return [`${name}: ${name} must be positive.`];
    const [from, to] = [least, most].map((limit) => limit.toFixed(1));
    return [`${name}: ${name} must be in the range [${from}, ${to}].`];
  })];
}

function brokenStops({ stopSequences = [] }) {
  const name = 'stop_sequences';
  const broken = stopSequences.length > 5
    ? [`${name}: the number of stop_sequences must not exceed 5`] : [];
  stopSequences.forEach((stop, index) => {
    if (stop === '') broken.push(`${name}[${index}]: stop_sequences must not be empty`);
  });
  return broken;
}

function brokenFormat({ responseMimeType: mime, responseSchema, responseJsonSchema }) {
  const broken = [];
  if (mime !== undefined && !mimeTypes.includes(mime)) {
    broken.push('response_mime_type: allowed mimetypes are `text/plain`, `application/json`, '
      + '`application/xml`, `application/yaml` and `text/x.enum`.');
  }
  const schema = { response_schema: responseSchema, response_json_schema: responseJsonSchema };
  for (const [name, value] of Object.entries(schema)) {
    if (value === undefined || mime === 'application/json' || mime === 'text/x.enum') continue;
    broken.push(`${name}: only allowed for response mime type \`application/json\` or `
      + '`text/x.enum`');
  }
  if (responseSchema !== undefined && responseJsonSchema !== undefined) {
    broken.push('response_json_schema: response_schema must not be set as well');
  }
  return broken;
}

function checkCandidates({ candidateCount }, model, family) {
  if (candidateCount === undefined) return;
  if (family.generation >= 3) {
    throw invalid(`candidate_count is not supported for models/${model}`);
  }
  if (candidateCount > 1) throw invalid('Multiple candidates is not enabled for this model');
}

// Without modalities text is asked for: a speech model refuses that.
function checkModalities({ responseModalities = [] }, model, family) {
  const asked = responseModalities.length > 0 ? responseModalities : ['TEXT'];
  const wrong = asked.filter((modality) => !family.answers.includes(modality));
  if (wrong.length === 0) return;
  throw invalid('The requested combination of response modalities '
    + `(${asked.join(', ')}) is not supported by the model. models/${model} accepts `
    + `the following combination of response modalities:\n* ${family.answers.join(', ')}\n`);
}

function checkImage(config, family) {
  if (!config) return;
  const { aspectRatio, imageSize } = config;
  if (aspectRatio !== undefined && !aspectRatios.includes(aspectRatio)) {
    throw unexplained(`imageConfig.aspectRatio ${aspectRatio}`);
  }
  if (imageSize === undefined) return;
  if (family.generation < 3) throw unexplained('imageConfig.imageSize needs a Gemini 3 model');
  if (!imageSizes.includes(imageSize)) throw unexplained(`imageConfig.imageSize ${imageSize}`);
}

function checkSpeech(config) {
  if (!config) return;
  const { voiceConfig, multiSpeakerVoiceConfig: many } = config;
  if (voiceConfig && many) throw unexplained('two kinds of voiceConfig');
  const voiceConfigs = [voiceConfig, ...(many?.speakerVoiceConfigs ?? [])
    .map((speaker) => speaker.voiceConfig)];
  for (const voice of voiceConfigs) {
    const name = voice?.prebuiltVoiceConfig?.voiceName;
    if (name === undefined || voices.includes(name.toLowerCase())) continue;
    throw invalid(`Voice name ${name} is not supported. Allowed voice names are: `
      + `${voices.toSorted().join(', ')}`);
  }
}

function checkTranscription(config) {
  const { customVocabulary = [], mode, diarization, wordTimestamp } = config ?? {};
  if ((customVocabulary.length > 0 || mode === 'SMART') && (diarization || wordTimestamp)) {
    throw unexplained('customVocabulary or mode SMART beside diarization or wordTimestamp');
  }
}

function checkThinking(config, model, family) {
  if (!config) return;
  const { thinkingBudget: budget, thinkingLevel: level } = config;
  if (family.think === 'none') throw invalid(`Thinking is not enabled for models/${model}`);
  if (budget !== undefined && level !== undefined) {
    throw invalid('You can only set only one of thinking budget and thinking level.');
  }
  if (level !== undefined) checkLevel(level, family);
  if (budget !== undefined && family.think === 'budget') checkBudget(budget, family);
}

function checkLevel(level, family) {
  if (family.think === 'budget') {
    throw invalid('Thinking level is not supported for this model.');
  }
  if (family.levels.includes(level) || level === 'THINKING_LEVEL_UNSPECIFIED') return;
  throw invalid(`Thinking level ${level} is not supported for this model.`);
}

function checkBudget(budget, family) {
  const [least, most] = family.budget;
  if (budget === -1 || (budget === 0 && family.off)) return;
  if (budget === 0) {
    throw invalid('Budget 0 is invalid. This model only works in thinking mode.');
  }
  if (budget >= least && budget <= most) return;
  throw invalid(`The thinking budget (${budget}) is invalid. Please choose a value between `
    + `${least} and ${most}.`);
}

function checkSafety(settings) {
  const categories = new Set();
  for (const { category } of settings) {
    if (!category) throw unexplained('a safety setting without category');
    if (categories.has(category)) throw unexplained(`two safety settings for ${category}`);
    categories.add(category);
  }
}

function checkCache(request) {
  if (!request.cachedContent) return;
  if (request.systemInstruction || request.tools || request.toolConfig) {
    throw invalid('CachedContent can not be used with GenerateContent request setting '
      + 'system_instruction, tools or tool_config.\n\nProposed fix: move those values to '
      + 'CachedContent from GenerateContent request.');
  }
  if (!goodCache.test(request.cachedContent)) {
    throw new Failure(403, 'CachedContent not found (or permission denied)');
  }
}
