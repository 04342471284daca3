// What is not text, with the official client of OpenAI: images, documents and sound in the request;
// images, speech and citations in the answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { ending, event, gather, lastRequest } from './google.mjs';
import { said, startOfficial } from './official.mjs';

const { proxy, google, client } = await startOfficial();
const { completions } = client.chat;

const text = (words) => ({ type: 'text', text: words });
const image = (url, more) => ({ type: 'image_url', image_url: { url, ...more } });
const kPng =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const kPdf = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');
const kWave = Buffer.from('RIFF....WAVE').toString('base64');
const inline = (mimeType, data) => ({ inlineData: { mimeType, data } });

// The message that the client's own accumulator makes of a stream, or the whole one.
const answer = async (body, stream) =>
  stream
    ? (await completions.stream(body).finalChatCompletion()).choices[0].message
    : (await completions.create(body)).choices[0].message;

const kInputs = [
  ['an image in the request', image(`data:image/png;base64,${kPng}`), inline('image/png', kPng)],
  [
    'an image with `detail`',
    image(`data:image/jpg;base64,${kPng}`, { detail: 'low' }),
    inline('image/jpeg', kPng),
  ],
  [
    'an image by URL, which Google gets as a reference',
    image('https://example.com/cat.png?size=2'),
    { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/cat.png?size=2' } },
  ],
  [
    'a PDF',
    { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${kPdf}` } },
    inline('application/pdf', kPdf),
  ],
  [
    'a PDF that only its name tells',
    { type: 'file', file: { filename: 'a.pdf', file_data: kPdf } },
    inline('application/pdf', kPdf),
  ],
  [
    'sound',
    { type: 'input_audio', input_audio: { data: kWave, format: 'wav' } },
    inline('audio/wav', kWave),
  ],
];

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  for (const [name, part, sent] of kInputs) {
    test(`${name} (${how})`, async () => {
      const message = await answer(said([text('What is this?'), part]), stream);
      assert.match(message.content, /You said \(and sent \w+\/\w+\): What is this\?/);
      assert.deepEqual(lastRequest(proxy).contents, [
        { role: 'user', parts: [{ text: 'What is this?' }, sent] },
      ]);
    });
  }

  test(`an image in the answer, which may go back in the next request (${how})`, async () => {
    google.script([
      { events: [event([{ text: 'A dot: ' }]), ending([inline('image/png', kPng)])] },
      null,
    ]);
    const model = 'gemini-3.1-flash-image';
    const body = said('Draw a dot.', { model, modalities: ['text', 'image'] });
    const message = await answer(body, stream);
    assert.equal(message.content, 'A dot: ');
    assert.deepEqual(message.images, [image(`data:image/png;base64,${kPng}`)]);
    assert.deepEqual(lastRequest(proxy).generationConfig.responseModalities, ['TEXT', 'IMAGE']);
    const messages = [...body.messages, message, { role: 'user', content: 'Bigger!' }];
    await answer({ ...body, messages }, stream);
    const [, { parts }] = lastRequest(proxy).contents;
    assert.deepEqual(
      parts.map(({ text: words, inlineData }) => words ?? inlineData),
      ['A dot: ', { mimeType: 'image/png', data: kPng }],
    );
  });

  test(`citations point at the right characters (${how})`, async () => {
    const first = 'Zürich 🦀 lies in Switzerland.';
    const rest = ' It has 447 082 people – so far.';
    const bytes = (words) => Buffer.byteLength(words);
    const groundingMetadata = {
      webSearchQueries: ['zürich'],
      groundingChunks: [
        { web: { uri: 'https://example.com/a', title: 'example.com' } },
        { web: { uri: 'https://example.com/b', title: 'Bücher' } },
      ],
      groundingSupports: [
        {
          segment: { endIndex: bytes(first), text: first },
          groundingChunkIndices: [0],
        },
        {
          segment: {
            startIndex: bytes(`${first} It has `),
            endIndex: bytes(`${first} It has 447 082 people`),
            text: '447 082 people',
          },
          groundingChunkIndices: [1, 0],
        },
      ],
    };
    google.script([
      { events: [event([{ text: first }]), ending([{ text: rest }], { groundingMetadata })] },
    ]);
    const body = said('Where is Zürich?', { web_search_options: { search_context_size: 'low' } });
    const message = await answer(body, stream);
    assert.equal(message.content, first + rest);
    const cited = message.annotations.map(
      ({ type, url_citation: { start_index, end_index, ...rest } }) => {
        assert.equal(type, 'url_citation');
        return [[...message.content].slice(start_index, end_index).join(''), rest];
      },
    );
    const [a, b] = groundingMetadata.groundingChunks.map(({ web: { uri: url, title } }) => ({
      url,
      title,
    }));
    assert.deepEqual(cited, [
      [first, a],
      ['447 082 people', b],
      ['447 082 people', a],
    ]);
    assert.deepEqual(lastRequest(proxy).tools, [{ googleSearch: {} }]);
  });
}

// Without a script, so that the requests, too, are held to Google's rules.
for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`image models draw, and get their pictures back (${how})`, async () => {
    for (const model of [
      'gemini-2.5-flash-image',
      'gemini-3.1-flash-image',
      'gemini-3-pro-image',
    ]) {
      const body = said('Draw a dot.', { model, google: { aspect_ratio: '16:9' } });
      const message = await answer(body, stream);
      const [{ image_url: drawn }, ...others] = message.images;
      assert.deepEqual(others, []);
      assert.match(drawn.url, /^data:image\/png;base64,iVBORw0KGgo/);
      const messages = [...body.messages, message, { role: 'user', content: 'Bigger!' }];
      const next = await answer({ ...body, messages }, stream);
      assert.equal(next.images.length, 1);
      const data = drawn.url.slice('data:image/png;base64,'.length);
      const history = lastRequest(proxy).contents[1].parts;
      assert.equal(history.find(({ inlineData }) => inlineData).inlineData.data, data);
    }
  });

  test(`a search brings citations, with functions beside it, too (${how})`, async () => {
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const tools = [{ type: 'function', function: { name: 'get_weather', parameters } }];
    for (const more of [{}, { tools }, { model: 'gemini-2.5-flash' }]) {
      const body = said('Where is Zürich 🦀?', { web_search_options: {}, ...more });
      const message = await answer(body, stream);
      assert.ok(message.annotations.length > 0);
      for (const { url_citation: cited } of message.annotations) {
        assert.match(cited.url, /^https:/);
        assert.equal(typeof cited.title, 'string');
        const words = [...message.content].slice(cited.start_index, cited.end_index).join('');
        assert.equal(words, words.trim());
        assert.ok(words.endsWith('.'), `a whole sentence: ${words}`);
      }
    }
  });

  test(`speech models speak (${how})`, async () => {
    const body = speech(stream ? 'pcm16' : 'wav', { model: 'gemini-2.5-flash-preview-tts' });
    const { audio } = await answer(body, stream);
    assert.ok(audio.data.length > 1000);
    assert.equal(
      Buffer.from(audio.data.slice(0, 4), 'base64').toString().startsWith('RIF'),
      !stream,
    );
  });
}

const kTalker = 'gemini-2.5-flash-preview-tts';
const samples = (from, count) =>
  Buffer.from(Array.from({ length: count }, (_, index) => (from + index) % 256));
const kSound = [samples(0, 1000), samples(7, 1001), samples(99, 6)];
const sound = (bytes) => inline('audio/L16;codec=pcm;rate=24000', bytes.toString('base64'));
const spoken = () => [
  {
    events: [
      ...kSound.slice(0, -1).map((bytes) => event([sound(bytes)])),
      ending([sound(kSound.at(-1))]),
    ],
  },
];
const speech = (format, more) =>
  said('Say hello.', {
    model: kTalker,
    modalities: ['text', 'audio'],
    audio: { voice: 'Kore', format },
    ...more,
  });

test('speech as a WAV file', async () => {
  google.script(spoken());
  const { audio, content } = await answer(speech('wav'), false);
  assert.equal(content, null);
  assert.match(audio.id, /^audio_/);
  assert.ok(audio.expires_at > Date.now() / 1000);
  assert.equal(audio.transcript, '');
  const file = Buffer.from(audio.data, 'base64');
  const pcm = Buffer.concat(kSound);
  const word = (at, size) => file.readUIntLE(at, size);
  assert.equal(file.toString('latin1', 0, 4) + file.toString('latin1', 8, 16), 'RIFFWAVEfmt ');
  assert.deepEqual(
    // Length of the rest, PCM, one channel, 24 kHz, bytes a second, bytes a sample, bits.
    [word(4, 4), word(20, 2), word(22, 2), word(24, 4), word(28, 4), word(32, 2), word(34, 2)],
    [36 + pcm.length, 1, 1, 24_000, 48_000, 2, 16],
  );
  assert.equal(file.toString('latin1', 36, 40), 'data');
  assert.equal(word(40, 4), pcm.length);
  assert.ok(file.subarray(44).equals(pcm));
  const { generationConfig: config } = lastRequest(proxy);
  assert.deepEqual(config.responseModalities, ['AUDIO']);
  assert.deepEqual(config.speechConfig, {
    voiceConfig: { prebuiltVoiceConfig: { voiceName: 'Kore' } },
  });
});

test('speech in a stream is PCM, piece by piece', async () => {
  google.script(spoken());
  const chunks = await gather(await completions.create(speech('pcm16', { stream: true })));
  const pieces = chunks.map(({ choices: [choice] }) => choice?.delta.audio).filter(Boolean);
  assert.equal(new Set(pieces.map(({ id }) => id).filter(Boolean)).size, 1);
  const decoded = pieces.map(({ data }) => Buffer.from(data ?? '', 'base64'));
  assert.ok(Buffer.concat(decoded).equals(Buffer.concat(kSound)));
  assert.ok(pieces.at(-1).expires_at > Date.now() / 1000);
  assert.equal(chunks.at(-1).choices[0].finish_reason, 'stop');
});

test('the accumulator of the client takes a stream of speech', async () => {
  google.script(spoken());
  const { audio } = await answer(speech('pcm16'), true);
  assert.deepEqual(Object.keys(audio).sort(), ['data', 'expires_at', 'id', 'transcript']);
});

test('media that cannot be is refused with its place', async () => {
  const url = 'messages[0].content[0].image_url.url';
  const cases = [
    [[image('file:///etc/passwd')], {}, url],
    [[image('data:image/png;base64,%%%')], {}, url],
    [[{ type: 'image', image: kPng }], {}, 'messages[0].content[0].type'],
    [[{ type: 'file', file: { file_id: 'file-abc' } }], {}, 'messages[0].content[0].file.file_id'],
    [
      [text('Hi')],
      { modalities: ['text', 'audio'], audio: { voice: 'a', format: 'wav' } },
      'modalities',
    ],
    [[text('Hi')], { ...speech('mp3'), messages: undefined }, 'audio.format'],
    [[text('Hi')], { ...speech('wav'), messages: undefined, stream: true }, 'audio.format'],
  ];
  for (const [content, more, param] of cases) {
    const body = { ...said(content), ...more, messages: said(content).messages };
    await assert.rejects(completions.create(body), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, error.message);
      assert.equal(error.param, param, error.message);
      return true;
    });
  }
  assert.equal(proxy.modelCalls().length, 0);
});
