// Pictures, sound and files: what image and speech models answer, and what is counted for media.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { makePng, makeSound } from '../../tools/google/media.mjs';
import { eventsOf, generate, partsOf, start, stream, textOf, user } from './helpers.mjs';

const introduction = 'This is the stand-in for Google, not a Gemini model.';
const image25 = 'gemini-2.5-flash-image';
const image3 = 'gemini-3-pro-image';
const talker = 'gemini-2.5-flash-preview-tts';
const drawn = (generationConfig) => ({ contents: [user('Draw')], generationConfig });
const both = { responseModalities: ['TEXT', 'IMAGE'] };
const bytesOf = (part) => Buffer.from(part.inlineData.data, 'base64');

async function events(t, model, body) {
  const answer = await stream(await start(t), model, body);
  assert.equal(answer.status, 200, answer.text);
  return eventsOf(answer.text);
}

test('a PNG has its size, its rows and one colour', () => {
  const png = makePng('red', '16:9');
  assert.equal(png.toString('latin1', 0, 8), '\x89PNG\r\n\x1a\n');
  assert.equal(png.toString('latin1', 12, 16), 'IHDR');
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [64, 36]);
  const length = png.readUInt32BE(33);
  assert.equal(png.toString('latin1', 37, 41), 'IDAT');
  const pixels = inflateSync(png.subarray(41, 41 + length));
  assert.equal(pixels.length, 36 * (1 + 64 * 3));
  assert.deepEqual(pixels.subarray(1, 4), pixels.subarray(4, 7));
  // The checksum of an empty IEND is the same in every PNG.
  assert.equal(png.subarray(-12).toString('hex'), '0000000049454e44ae426082');
  assert.notDeepEqual(makePng('red'), makePng('blue'));
});

test('pieces of sound are whole samples and go on where the one before ended', () => {
  const [one, two] = makeSound(2);
  assert.equal(one.length % 2, 0);
  assert.notEqual(one.length % 3, 0);
  assert.ok(Buffer.concat([one, two]).equals(makeSound(1, one.length)[0]));
});

test('an image model answers with text and a picture', async (t) => {
  const list = await events(t, image25, drawn(both));
  assert.equal(textOf(list), `${introduction} You said: Draw`);
  const last = list.at(-1);
  assert.equal(last.candidates[0].finishReason, 'STOP');
  const [part] = partsOf([last]);
  assert.equal(part.inlineData.mimeType, 'image/png');
  assert.equal(part.thoughtSignature, undefined);
  assert.equal(bytesOf(part).toString('latin1', 1, 4), 'PNG');
  const usage = last.usageMetadata;
  assert.deepEqual(usage.candidatesTokensDetails.map(({ modality }) => modality), ['TEXT',
    'IMAGE']);
  assert.equal(usage.candidatesTokensDetails[0].tokenCount
    + usage.candidatesTokensDetails[1].tokenCount, usage.candidatesTokenCount);
  assert.equal(usage.totalTokenCount, usage.promptTokenCount + usage.candidatesTokenCount);
});

test('3.x signs the first part after the thoughts and the picture, and takes both back',
  async (t) => {
    const google = await start(t);
    const config = { ...both, thinkingConfig: { includeThoughts: true } };
    const list = eventsOf((await stream(google, image3, drawn(config))).text);
    const parts = partsOf(list);
    const said = parts.filter((part) => !part.thought);
    assert.deepEqual(said.map((part) => Object.keys(part)[0]),
      [...Array(said.length - 2).fill('text'), 'inlineData', 'text']);
    assert.deepEqual(said.map((part) => part.thoughtSignature !== undefined),
      [true, ...Array(said.length - 3).fill(false), true, true]);
    assert.ok(parts.every((part) => !(part.thought && part.thoughtSignature)));
    assert.equal(said.at(-1).text, '');
    const history = (...made) => ({ contents:
      [user('Draw'), { role: 'model', parts: made }, user('Bigger')] });
    assert.equal((await generate(google, image3, history(said[0], said.at(-2)))).status, 200);
    const altered = { ...said.at(-2), thoughtSignature: 'AAAA' };
    assert.match((await generate(google, image3, history(altered))).text, /Corrupted thought/);
  });

test('3.x: joined text keeps its signature, a picture alone has one', async (t) => {
  const google = await start(t);
  const parts = async (config) =>
    partsOf([JSON.parse((await generate(google, image3, drawn(config))).text)]);
  const whole = await parts(both);
  assert.deepEqual(whole.map(({ text }) => text),
    [`${introduction} You said: Draw`, undefined, '']);
  assert.ok(whole.every((part) => part.thoughtSignature));
  const [alone] = await parts({ responseModalities: ['IMAGE'] });
  assert.ok(alone.inlineData && alone.thoughtSignature);
});

test('a picture alone, and none unless it is asked for', async (t) => {
  const google = await start(t);
  const parts = async (config) =>
    partsOf([JSON.parse((await generate(google, image25, drawn(config))).text)]);
  assert.deepEqual((await parts({ responseModalities: ['IMAGE'] })).map(Object.keys),
    [['inlineData']]);
  assert.deepEqual((await parts({})).map(Object.keys), [['text']]);
  const wide = await parts({ ...both, imageConfig: { aspectRatio: '16:9' } });
  assert.equal(bytesOf(wide[1]).readUInt32BE(16), 64);
});

test('thoughts of an image model hold a draft', async (t) => {
  const list = await events(t, image3, drawn({ ...both, thinkingConfig:
    { includeThoughts: true } }));
  const thoughts = partsOf(list).filter((part) => part.thought);
  assert.deepEqual(thoughts.map((part) => Object.keys(part)[0]), ['text', 'inlineData']);
});

test('a speech model answers with PCM in two or three events', async (t) => {
  const google = await start(t);
  for (const [text, count] of [['Hi', 2], ['A sentence that takes longer to say', 3]]) {
    const generationConfig = { responseModalities: ['AUDIO'], speechConfig: { voiceConfig:
      { prebuiltVoiceConfig: { voiceName: 'Kore' } } } };
    const body = { contents: [user(text)], generationConfig };
    const list = eventsOf((await stream(google, talker, body)).text);
    assert.equal(list.length, count);
    for (const part of partsOf(list)) {
      assert.equal(part.inlineData.mimeType, 'audio/L16;codec=pcm;rate=24000');
    }
    const sound = Buffer.concat(partsOf(list).map(bytesOf));
    assert.ok(sound.equals(makeSound(1, sound.length / 2)[0]));
    assert.equal(list.at(-1).candidates[0].finishReason, 'STOP');
    const { candidatesTokensDetails, candidatesTokenCount } = list.at(-1).usageMetadata;
    assert.deepEqual(candidatesTokensDetails, [{ modality: 'AUDIO',
      tokenCount: candidatesTokenCount }]);
  }
});

test('a transcription model gives a part for each turn', async (t) => {
  const google = await start(t);
  const sound = { inlineData: { mimeType: 'audio/wav', data: 'AAAA' } };
  const transcribe = async (audioTranscriptionConfig, part = sound) =>
    partsOf(eventsOf((await stream(google, 'gemini-3.5-transcribe', {
      contents: [{ role: 'user', parts: [part] }],
      generationConfig: { audioTranscriptionConfig } })).text));
  const plain = await transcribe({ languageCodes: ['de'] });
  assert.deepEqual(plain.map(({ audioTranscription }) => audioTranscription), [
    { text: 'The stand-in hears nothing.', languageCode: 'de' },
    { text: 'Grüezi, nobody spoke.', languageCode: 'de' }]);
  const [, { audioTranscription: second }] = await transcribe({ diarization: true,
    wordTimestamp: true });
  assert.equal(second.speakerLabel, 'B');
  assert.deepEqual(second.words[0], { word: 'Grüezi,', startOffset: '1.6s', endOffset: '2s' });
  assert.match((await transcribe({}, { text: 'Hi' }))[0].text, /^This /);
});

test('media of the prompt are counted by modality', async (t) => {
  const inline = (mimeType) => ({ inlineData: { mimeType, data: 'AAAA' } });
  const parts = [{ text: 'Hi' }, inline('audio/wav'), inline('image/png'), inline('image/jpeg'),
    inline('video/mp4'), inline('application/pdf')];
  const [{ usageMetadata }] = await events(t, 'gemini-2.5-flash', { contents: [{ role: 'user',
    parts }] });
  assert.deepEqual(usageMetadata.promptTokensDetails, [
    { modality: 'TEXT', tokenCount: 1 }, { modality: 'AUDIO', tokenCount: 258 },
    { modality: 'IMAGE', tokenCount: 516 }, { modality: 'VIDEO', tokenCount: 258 },
    { modality: 'DOCUMENT', tokenCount: 258 }]);
  assert.equal(usageMetadata.promptTokenCount, 1291);
});

test('the service tier and cached tokens are in the usage', async (t) => {
  const [{ usageMetadata: usage }] = await events(t, 'gemini-2.5-flash', {
    contents: [user('Hi')], serviceTier: 'flex', cachedContent: 'cachedContents/stand-in-1' });
  assert.equal(usage.serviceTier, 'flex');
  assert.equal(usage.cachedContentTokenCount, 1024);
  assert.ok(usage.promptTokenCount > 1024);
  assert.deepEqual(usage.cacheTokensDetails, [{ modality: 'TEXT', tokenCount: 1024 }]);
});
