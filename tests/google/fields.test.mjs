// Which fields the Gemini API knows: those that only Vertex AI or Code Assist takes are refused as
// unknown, the rest is taken; and the values of media fields.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';
import { generate, start, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const image25 = 'gemini-2.5-flash-image';
const image3 = 'gemini-3-pro-image';
const talker = 'gemini-2.5-flash-preview-tts';
const generic = 'Request contains an invalid argument.';

// The message of the refusal of a body, or null.
function refusal(body, model) {
  try {
    checkGenerate({ contents: [user('Hi')], ...body },
      { model, family: familyOf(model), options: { route: 'gemini' } });
    return null;
  } catch (error) {
    if (error.code === undefined) throw error;
    assert.equal(error.code, 400);
    return error.message;
  }
}

const config = (generationConfig) => ({ generationConfig });
const part = (value) => ({ contents: [{ role: 'user', parts: [value] }] });
const tool = (value) => ({ tools: [value] });
const inline = { mimeType: 'image/png', data: 'AAAA' };

// [field, body, path]: columns VX and CA of the table say Y, column GA does not.
const foreign = [
  ['labels', { labels: { a: 'b' } }],
  ['modelArmorConfig', { modelArmorConfig: {} }],
  ['personGeneration', config({ imageConfig: { personGeneration: 'ALLOW_ALL' } }),
    'generation_config.image_config'],
  ['outputMimeType', config({ imageConfig: { outputMimeType: 'image/png' } }),
    'generation_config.image_config'],
  ['outputCompressionQuality', config({ imageConfig: { outputCompressionQuality: 1 } }),
    'generation_config.image_config'],
  ['routingConfig', config({ routingConfig: {} }), 'generation_config'],
  ['modelConfig', config({ modelConfig: {} }), 'generation_config'],
  ['audioTimestamp', config({ audioTimestamp: true }), 'generation_config'],
  ['minP', config({ minP: 0.1 }), 'generation_config'],
  ['repetitionPenalty', config({ repetitionPenalty: 1 }), 'generation_config'],
  ['topA', config({ topA: 0.1 }), 'generation_config'],
  ['displayName', part({ inlineData: { ...inline, displayName: 'a' } }),
    'contents[0].parts[0].inline_data'],
  ['displayName', part({ fileData: { fileUri: 'https://a', displayName: 'a' } }),
    'contents[0].parts[0].file_data'],
  ['streamFunctionCallArguments', { toolConfig: { functionCallingConfig:
    { streamFunctionCallArguments: true } } }, 'tool_config.function_calling_config'],
  ['retrieval', tool({ retrieval: {} }), 'tools[0]'],
  ['enterpriseWebSearch', tool({ enterpriseWebSearch: {} }), 'tools[0]'],
  ['exaAiSearch', tool({ exaAiSearch: {} }), 'tools[0]'],
  ['parallelAiSearch', tool({ parallelAiSearch: {} }), 'tools[0]'],
  ['excludeDomains', tool({ googleSearch: { excludeDomains: [] } }), 'tools[0].google_search'],
  ['blockingConfidence', tool({ googleSearch: { blockingConfidence: 'X' } }),
    'tools[0].google_search'],
  ['method', { safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', method: 'SEVERITY' }] },
    'safety_settings[0]'],
];

for (const [name, body, path] of foreign) {
  test(`unknown: ${path ? `${path}.` : ''}${name}`, () => {
    assert.equal(refusal(body, flash35), `Invalid JSON payload received. Unknown name "${name}"`
      + `${path ? ` at '${path}'` : ''}: Cannot find field.`);
  });
}

const off = (category) => ({ category: `HARM_CATEGORY_${category}`, threshold: 'OFF' });

// [what is taken, body, model]
const taken = [
  ['aspect ratio', config({ imageConfig: { aspectRatio: '16:9' } }), image25],
  ['image size', config({ imageConfig: { aspectRatio: '1:1', imageSize: '2K' } }), image3],
  ['transcription', config({ audioTranscriptionConfig: { languageCodes: ['de'],
    diarization: true } }), flash35],
  ['voice', config({ responseModalities: ['AUDIO'], speechConfig: { languageCode: 'de-DE',
    voiceConfig: { prebuiltVoiceConfig: { voiceName: 'kore' } } } }), talker],
  ['two speakers', config({ responseModalities: ['AUDIO'], speechConfig:
    { multiSpeakerVoiceConfig: { speakerVoiceConfigs: [{ speaker: 'A', voiceConfig:
      { prebuiltVoiceConfig: { voiceName: 'Puck' } } }] } } }), talker],
  ['media resolution', config({ mediaResolution: 'MEDIA_RESOLUTION_LOW' }), flash25],
  ['media resolution of a part', part({ inlineData: inline, mediaResolution:
    { level: 'MEDIA_RESOLUTION_HIGH' } }), flash35],
  ['safety', { safetySettings: [off('HARASSMENT'), off('HATE_SPEECH')] }, flash35],
  ['service tier', { serviceTier: 'priority' }, flash35],
  ['cached content', { cachedContent: 'cachedContents/stand-in-a' }, flash35],
  ['a page', part({ fileData: { fileUri: 'https://example.com/a.png' } }), flash35],
  ['a video', part({ fileData: { fileUri: 'https://www.youtube.com/watch?v=a' } }), flash35],
  ['a file', part({ fileData: { fileUri: 'files/abc-123', mimeType: 'image/png' } }), flash35],
  ['metadata of a part', part({ text: 'a', partMetadata: { a: 1 } }), flash35],
  ['penalties of text models', config({ presencePenalty: 1, frequencyPenalty: -1 }), flash35],
  ['penalties of 0 change nothing', config({ presencePenalty: 0 }), image3],
  ['sampling, strict family', config({ temperature: 0, topP: 0.5, topK: 5 }), 'gemini-3.8-flash'],
  ['log probabilities on 2.5', config({ responseLogprobs: true, logprobs: 5 }), flash25],
  ...['googleSearch', 'codeExecution', 'urlContext', 'googleMaps'].map((name) =>
    [name, tool({ [name]: {} }), flash25]),
  ['search in a time range', tool({ googleSearch: { timeRangeFilter:
    { startTime: '2025-01-01T00:00:00Z', endTime: '2025-02-01T00:00:00Z' } } }), flash25],
  ['files to search', tool({ fileSearch: { fileSearchStoreNames: ['fileSearchStores/a'] } }),
    flash25],
];

for (const [name, body, model] of taken) {
  test(`taken: ${name}`, () => assert.equal(refusal(body, model), null));
}

// [what is refused, body, model, message]
const refused = [
  ['speech without modalities', {}, talker, 'The requested combination of response modalities '
    + `(TEXT) is not supported by the model. models/${talker} accepts the following combination `
    + 'of response modalities:\n* AUDIO\n'],
  ['speech and text', config({ responseModalities: ['TEXT', 'AUDIO'] }), talker,
    /^The requested combination of response modalities \(TEXT, AUDIO\)/],
  ['sound from a text model', config({ responseModalities: ['AUDIO'] }), flash25,
    /^The requested combination of response modalities \(AUDIO\)/],
  ['a voice that is not there', config({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig:
    { prebuiltVoiceConfig: { voiceName: 'alloy' } } } }), talker,
  /^Voice name alloy is not supported\. Allowed voice names are: achernar, achird, /],
  ['two kinds of voices', config({ responseModalities: ['AUDIO'], speechConfig: { voiceConfig: {},
    multiSpeakerVoiceConfig: {} } }), talker, generic],
  ['aspect ratio', config({ imageConfig: { aspectRatio: '7:3' } }), image25, generic],
  ['image size', config({ imageConfig: { imageSize: '8K' } }), image3, generic],
  ['image size on 2.5', config({ imageConfig: { imageSize: '1K' } }), image25, generic],
  ['media resolution of a part on 2.5', part({ inlineData: inline, mediaResolution:
    { level: 'MEDIA_RESOLUTION_HIGH' } }), flash25, generic],
  ['threshold', { safetySettings: [{ ...off('HARASSMENT'), threshold: 'BLOCK_ALL' }] }, flash35,
    "Invalid value at 'safety_settings[0].threshold' (type.googleapis.com/google.ai."
      + 'generativelanguage.v1beta.SafetySetting.HarmBlockThreshold), "BLOCK_ALL"'],
  ['service tier', { serviceTier: 'fast' }, flash35, /^Invalid value at 'service_tier'/],
  ['system instruction beside cached content', { cachedContent: 'cachedContents/stand-in',
    systemInstruction: { parts: [{ text: 'a' }] } }, flash35,
  /^CachedContent can not be used with GenerateContent request setting system_instruction/],
  ['file without a name', part({ fileData: { fileUri: 'files/' } }), flash35,
    'Invalid or unsupported file uri: files/'],
  ['a page that is not there', part({ fileData: { fileUri: 'https://a.invalid/b.png' } }), flash35,
    'Cannot fetch content from the provided URL. Please ensure the URL is valid and accessible.'],
  ['logprobs alone', config({ logprobs: 2 }), flash25, '* GenerateContentRequest.'
    + 'generation_config.logprobs: logprobs should only be set when response_logprobs is true.\n'],
  ['logprobs on 3.x', config({ responseLogprobs: true }), flash35,
    `Logprobs is not enabled for models/${flash35}`],
  ['penalties of an image model', config({ presencePenalty: 0.5 }), image3,
    `Penalty is not enabled for models/${image3}`],
  ['penalties of a speech model', config({ responseModalities: ['AUDIO'], frequencyPenalty: 1 }),
    talker, `Penalty is not enabled for models/${talker}`],
  ['more than 20', config({ responseLogprobs: true, logprobs: 21 }), flash25,
    /logprobs must be in/],
  ['vocabulary and speakers', config({ audioTranscriptionConfig: { customVocabulary: ['a'],
    diarization: true } }), flash35, generic],
  ['smart, with word times', config({ audioTranscriptionConfig: { mode: 'SMART',
    wordTimestamp: true } }), flash35, generic],
];

for (const [name, body, model, message] of refused) {
  test(`refused: ${name}`, () => {
    const text = refusal(body, model);
    assert.ok(text, 'the body was accepted');
    if (message instanceof RegExp) assert.match(text, message);
    else assert.equal(text, message);
  });
}

test('an option overrides which families take logprobs', async (t) => {
  const body = { contents: [user('Hi')], generationConfig: { responseLogprobs: true } };
  const all = await start(t, { logprobs: true });
  assert.equal((await generate(all, flash35, body)).status, 200);
  const none = await start(t, { logprobs: false });
  assert.equal((await generate(none, flash25, body)).status, 400);
});

test('an option overrides which families take penalties', async (t) => {
  const body = (...responseModalities) => ({ contents: [user('Hi')],
    generationConfig: { frequencyPenalty: 1, responseModalities } });
  const all = await start(t, { penalties: true });
  assert.equal((await generate(all, image25, body('IMAGE'))).status, 200);
  const byFamily = await start(t);
  assert.equal((await generate(byFamily, flash25, body())).status, 200);
  assert.equal((await generate(byFamily, image25, body('IMAGE'))).status, 400);
  const none = await start(t, { penalties: false });
  assert.equal((await generate(none, flash25, body())).status, 400);
});
