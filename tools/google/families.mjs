// Which models there are and what each family accepts, as data. A family is the first row whose
// pattern matches the bare model id; the same rows decide what the validator refuses and whether an
// answer begins with a thought. Source: ai.google.dev pages "Gemini thinking" and "Gemini 3".
//
//   think    none | budget (thinkingBudget) | level (thinkingLevel)
//   levels   levels the family takes; others are a 400
//   budget   [least, most] tokens besides -1 (dynamic); off: whether 0 is allowed
//   quiet    does not think unless asked to
//   logprobs takes responseLogprobs; penalties: takes presence and frequency penalty
//   strict   no prefilled model turn, function responses need an id
//   generation 2: JSON mode and built-in tools exclude functions; 3: they may be combined
const all = ['MINIMAL', 'LOW', 'MEDIUM', 'HIGH'];
const most = ['LOW', 'MEDIUM', 'HIGH'];

const rows = [
  { match: '*embedding*', chat: false },
  { match: '*-tts*', think: 'none', strict: true, generation: 3, answers: ['AUDIO'],
    penalties: false },
  { match: '*transcribe*', think: 'none', strict: true, generation: 3, transcribes: true },
  { match: 'gemma-3*', think: 'none', generation: 2, system: false },
  { match: 'gemma-*', think: 'none', generation: 2 },
  { match: 'gemini-2.5-flash-image*', think: 'none', generation: 2, answers: ['TEXT', 'IMAGE'],
    penalties: false },
  { match: 'gemini-3-pro-image*', think: 'level', levels: ['LOW', 'HIGH'], generation: 3,
    answers: ['TEXT', 'IMAGE'], penalties: false },
  { match: 'gemini-3.1-flash*-image*', think: 'level', levels: ['MINIMAL', 'HIGH'], generation: 3,
    quiet: true, answers: ['TEXT', 'IMAGE'], penalties: false },
  { match: 'gemini-2.5-pro*', think: 'budget', budget: [128, 32768], off: false,
    logprobs: true, generation: 2 },
  { match: 'gemini-2.5-flash-lite*', think: 'budget', budget: [512, 24576], off: true,
    quiet: true, logprobs: true, generation: 2 },
  { match: 'gemini-2.5-*', think: 'budget', budget: [0, 24576], off: true, logprobs: true,
    generation: 2 },
  { match: 'gemini-3-pro*', think: 'level', levels: ['LOW', 'HIGH'], generation: 3 },
  { match: 'gemini-3.1-pro*', think: 'level', levels: most, generation: 3 },
  { match: 'gemini-3-flash*', think: 'level', levels: all, generation: 3 },
  { match: 'gemini-3.1-flash-lite*', think: 'level', levels: all, quiet: true, generation: 3 },
  { match: 'gemini-3.5-flash-lite*', think: 'level', levels: all, quiet: true, strict: true,
    generation: 3 },
  { match: 'gemini-3.5-flash*', think: 'level', levels: all, generation: 3 },
  { match: 'gemini-3.6*', think: 'level', levels: all, strict: true, generation: 3 },
  { match: 'gemini-3.7*', think: 'level', levels: most, strict: true, generation: 3 },
  { match: 'gemini-3.8*', think: 'level', levels: most, strict: true, generation: 3 },
  { match: 'gemini-1*', think: 'none', generation: 2 },
  { match: 'gemini-2.0*', think: 'none', generation: 2 },
  { match: 'learnlm*', think: 'none', generation: 2 },
  { match: 'gemini-*', think: 'level', levels: most, strict: true, generation: 3 },
  { match: '*', think: 'none', strict: true, generation: 3 },
];

const families = rows.map((row) => ({
  chat: true, answers: ['TEXT'], system: true, strict: false, quiet: false, logprobs: false,
  penalties: true, ...row,
  pattern: new RegExp(`^${row.match.replaceAll('.', '\\.').replaceAll('*', '.*')}$`),
}));

export const defaultModels = [
  'gemini-3.8-flash', 'gemini-3.7-flash', 'gemini-3.6-flash', 'gemini-3.5-flash',
  'gemini-3.5-flash-lite', 'gemini-3.1-pro-preview', 'gemini-3.1-flash-lite',
  'gemini-3-flash-preview', 'gemini-2.5-pro', 'gemini-2.5-flash', 'gemini-2.5-flash-lite',
  'gemini-3.1-flash-image', 'gemini-3-pro-image', 'gemini-2.5-flash-image',
  'gemini-2.5-flash-preview-tts', 'gemini-2.5-pro-preview-tts', 'gemini-3.5-transcribe',
  'gemma-3-27b-it', 'gemini-embedding-001', 'gemini-embedding-2',
];

export function familyOf(model) {
  const id = model.toLowerCase();
  return families.find((family) => family.pattern.test(id));
}

// `gemini-load-<events>-<milliseconds>` is served although it is not listed: that many events, that
// far apart. Returns null for any other name.
export function loadModel(model) {
  const parts = /^gemini-load-(\d{1,7})-(\d{1,5})$/.exec(model);
  return parts && { events: Number(parts[1]), eventDelayMs: Number(parts[2]) };
}

// One entry of the model list, with the members and the order Google gives them.
export function describeModel(model) {
  const family = familyOf(model);
  const words = model.split('-').map((word) => word[0].toUpperCase() + word.slice(1));
  const entry = {
    name: `models/${model}`,
    version: '001',
    displayName: words.join(' '),
    description: `Stand-in for ${words.join(' ')}; answers do not come from a model.`,
    inputTokenLimit: family.chat ? 1048576 : 2048,
    outputTokenLimit: family.chat ? 65536 : 1,
    supportedGenerationMethods: family.chat
      ? ['generateContent', 'countTokens', 'createCachedContent', 'batchGenerateContent']
      : ['embedContent', 'countTextTokens', 'countTokens'],
  };
  if (!family.chat) return entry;
  Object.assign(entry, { temperature: 1, topP: 0.95, topK: 64, maxTemperature: 2 });
  if (family.think !== 'none') entry.thinking = true;
  return entry;
}
