// The AI SDK with its provider for compatible servers, and once with the one for OpenAI itself, which
// drops fields that it does not know.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  APICallError,
  NoObjectGeneratedError,
  Output,
  generateObject,
  generateText,
  stepCountIs,
  streamObject,
  streamText,
  tool,
} from 'ai';
import { z } from 'zod';
import { echo } from '../answers.mjs';
import { kKey, startWorkerd } from '../support.mjs';
import {
  assertTwoSteps,
  called,
  ending,
  gather,
  kGemini2,
  kGemini3,
  lastRequest,
  requestsOf,
  returned,
} from './google.mjs';

const proxy = await startWorkerd({ after });
const { google } = proxy;
globalThis.AI_SDK_LOG_WARNINGS = false; // of deprecation
beforeEach(() => google.reset());

const compatible = createOpenAICompatible({
  name: 'proxy',
  baseURL: `${proxy.url}/v1`,
  apiKey: kKey,
  includeUsage: true,
  supportsStructuredOutputs: true,
  supportedUrls: () => ({ 'image/*': [/^https:/] }), // else the SDK itself fetches them
});
const official = createOpenAI({ baseURL: `${proxy.url}/v1`, apiKey: kKey });
const kProviders = { compatible, official: { chatModel: official.chat } };
const model = compatible.chatModel(kGemini3);
const kQuiet = { maxRetries: 0, onError: () => {} };

// What an application sees of one answer: all of it, however it came.
async function answer(options, stream) {
  if (!stream) return generateText({ ...kQuiet, ...options });
  const result = streamText({ ...kQuiet, ...options });
  const parts = await gather(result.fullStream);
  const failed = parts.find(({ type }) => type === 'error');
  if (failed) throw failed.error;
  const names = [
    'text',
    'reasoningText',
    'finishReason',
    'usage',
    'steps',
    'toolCalls',
    'warnings',
  ];
  const values = await Promise.all(names.map((name) => result[name]));
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

async function objectOf(options, stream) {
  if (!stream) return (await generateObject(options)).object;
  const { partialObjectStream, object } = streamObject(options);
  await gather(partialObjectStream); // nothing happens unless someone reads
  return object;
}

const tools = {
  get_weather: tool({
    description: 'Tells the weather.',
    inputSchema: z.object({ city: z.string() }),
    execute: ({ city }) => `rain in ${city}`,
  }),
  get_time: tool({
    inputSchema: z.object({ zone: z.string() }),
    execute: ({ zone }) => ({ zone, hour: 12 }),
  }),
  get_forecast: tool({
    inputSchema: z.object({ day: z.string() }),
    execute: ({ day }) => `sun on ${day}`,
  }),
};
const kBoth = 'Please call get_weather {"city": "Zürich"} and get_time {"zone": "UTC"}';
const Recipe = z.object({
  name: z.string(),
  ingredients: z.array(z.object({ name: z.string(), grams: z.number() })),
  course: z.enum(['main', 'dessert']),
});

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`text, thoughts and usage (${how})`, async () => {
    const { text, reasoningText, finishReason, usage } = await answer(
      { model, system: 'Be brief.', prompt: 'Hello, Zürich 🦀!' },
      stream,
    );
    assert.equal(text, echo('Hello, Zürich 🦀!'));
    assert.match(reasoningText, /stand-in does not think/);
    assert.equal(finishReason, 'stop');
    const { inputTokens, outputTokens, totalTokens, outputTokenDetails } = usage;
    assert.ok(inputTokens > 0 && outputTokens > 0);
    assert.equal(totalTokens, inputTokens + outputTokens);
    assert.ok(outputTokenDetails.reasoningTokens > 0);
    assert.deepEqual(lastRequest(proxy).systemInstruction, { parts: [{ text: 'Be brief.' }] });
  });

  for (const [name, provider] of Object.entries(kProviders)) {
    test(`two steps of tools, the first of two calls, keep signatures (${name}, ${how})`, async () => {
      google.script([null, called('get_forecast', { day: 'Monday' }), null]);
      const { text, steps, finishReason } = await answer(
        {
          model: provider.chatModel(kGemini3),
          prompt: kBoth,
          tools,
          stopWhen: stepCountIs(5),
        },
        stream,
      );
      assert.ok(text.endsWith(returned(['get_forecast', 'sun on Monday'])), text);
      assert.equal(finishReason, 'stop');
      assert.deepEqual(
        steps.map(({ toolCalls }) => toolCalls.map(({ toolName, input }) => [toolName, input])),
        [
          [
            ['get_weather', { city: 'Zürich' }],
            ['get_time', { zone: 'UTC' }],
          ],
          [['get_forecast', { day: 'Monday' }]],
          [],
        ],
      );
      assert.deepEqual(
        steps.map((step) => step.finishReason),
        ['tool-calls', 'tool-calls', 'stop'],
      );
      const requests = requestsOf(proxy);
      assert.equal(requests.length, 3);
      assertTwoSteps(requests[2], [['get_weather', 'get_time'], ['get_forecast']]);
      assert.deepEqual(
        requests[1].contents[2].parts.map(({ functionResponse: { response } }) => response),
        [{ output: 'rain in Zürich' }, { output: '{"zone":"UTC","hour":12}' }],
      );
    });
  }

  test(`a tool that must be called, and none that may (${how})`, async () => {
    const names = async (toolChoice) =>
      (await answer({ model, prompt: kBoth, tools, toolChoice }, stream)).toolCalls.map(
        ({ toolName }) => toolName,
      );
    assert.deepEqual(await names({ type: 'tool', toolName: 'get_forecast' }), ['get_forecast']);
    assert.deepEqual(await names('none'), []);
    assert.deepEqual(await names('required'), ['get_weather', 'get_time']);
  });

  test(`a tool that fails is told to the model (${how})`, async () => {
    const broken = tool({
      inputSchema: z.object({}),
      execute: () => {
        throw new Error('out of order');
      },
    });
    const { text } = await answer(
      { model, prompt: 'Please call lamp', tools: { lamp: broken }, stopWhen: stepCountIs(3) },
      stream,
    );
    assert.match(text, /lamp returned .*out of order/);
  });

  test(`an object of a schema (${how})`, async () => {
    for (const id of [kGemini2, kGemini3]) {
      const options = {
        model: compatible.chatModel(id),
        schema: Recipe,
        prompt: 'Soup',
        ...kQuiet,
      };
      const value = Recipe.parse(await objectOf(options, stream));
      assert.equal(value.course, 'main');
      const { generationConfig: config } = lastRequest(proxy);
      assert.equal(config.responseMimeType, 'application/json');
      assert.deepEqual(config.responseJsonSchema.required, ['name', 'ingredients', 'course']);
    }
    if (stream) return;
    const { output } = await answer({
      model,
      prompt: 'Soup',
      output: Output.object({ schema: Recipe }),
    });
    assert.deepEqual(Recipe.parse(output), output);
  });

  test(`an object that is cut is an error (${how})`, async () => {
    const options = { model, schema: Recipe, prompt: 'Soup', maxOutputTokens: 20, ...kQuiet };
    await assert.rejects(objectOf(options, stream), (error) => {
      assert.ok(NoObjectGeneratedError.isInstance(error), error);
      assert.equal(error.finishReason, 'length');
      return true;
    });
  });

  test(`images and documents (${how})`, async () => {
    const bytes = (words) => new Uint8Array(Buffer.from(words));
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image', image: bytes('\x89PNG\r\n'), mediaType: 'image/png' },
      { type: 'image', image: `data:image/webp;base64,${Buffer.from('RIFF').toString('base64')}` },
      { type: 'image', image: new URL('https://example.com/cat.jpg') },
      { type: 'file', data: bytes('%PDF-1.4'), mediaType: 'application/pdf', filename: 'a.pdf' },
    ];
    const { text } = await answer({ model, messages: [{ role: 'user', content }] }, stream);
    assert.match(text, /sent image\/png, image\/webp, image\/jpeg, application\/pdf/);
    const [, png, webp, url, pdf] = lastRequest(proxy).contents[0].parts;
    assert.equal(png.inlineData.data, Buffer.from('\x89PNG\r\n').toString('base64'));
    assert.deepEqual(webp.inlineData, { mimeType: 'image/webp', data: 'UklGRg==' });
    assert.equal(url.fileData.fileUri, 'https://example.com/cat.jpg');
    assert.equal(pdf.inlineData.data, Buffer.from('%PDF-1.4').toString('base64'));
  });

  test(`settings reach Google, those of the provider's options, too (${how})`, async () => {
    const { warnings } = await answer(
      {
        model: compatible.chatModel(kGemini2),
        prompt: 'Hello!',
        temperature: 0.25,
        topP: 0.5,
        seed: 7,
        maxOutputTokens: 500,
        stopSequences: ['END'],
        providerOptions: {
          proxy: {
            reasoningEffort: 'low',
            google: {
              safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
            },
          },
        },
      },
      stream,
    );
    assert.deepEqual(warnings ?? [], []);
    const { generationConfig: config, safetySettings: safety } = lastRequest(proxy);
    const { temperature, topP, seed, maxOutputTokens, stopSequences, thinkingConfig } = config;
    assert.deepEqual(
      [temperature, topP, seed, maxOutputTokens, stopSequences, thinkingConfig.thinkingBudget],
      [0.25, 0.5, 7, 500, ['END'], 1024],
    );
    assert.equal(safety[0].threshold, 'OFF');
  });

  test(`finish reasons: cut, filtered, blocked (${how})`, async () => {
    const finish = async (prompt, more) =>
      (await answer({ model, prompt, ...more }, stream)).finishReason;
    assert.equal(await finish('Hello!', { maxOutputTokens: 20 }), 'length');
    assert.equal(await finish('[[fault:safety]]'), 'content-filter');
    assert.equal(await finish('[[fault:blocked]]'), 'content-filter');
  });

  test(`errors are APICallErrors with status and words (${how})`, async () => {
    const cases = [
      [{ prompt: 'x', temperature: 5 }, 400, false, /temperature/],
      [{ prompt: 'x', model: compatible.chatModel('gemini-9-none') }, 404, false, /gemini-9-none/],
      [
        { prompt: '[[fault:429]]', model: compatible.chatModel('gemini-2.0-flash') },
        429,
        true,
        /./,
      ],
      [
        { prompt: '[[fault:503]]', model: compatible.chatModel('gemini-3.7-flash') },
        503,
        true,
        /overload/,
      ],
    ];
    for (const [more, status, isRetryable, words] of cases) {
      await assert.rejects(answer({ model, ...more }, stream), (error) => {
        assert.ok(APICallError.isInstance(error), error);
        assert.deepEqual([error.statusCode, error.isRetryable], [status, isRetryable]);
        assert.match(error.message, words);
        return true;
      });
    }
  });

  test(`a call that fails for a moment is repeated by the SDK (${how})`, async () => {
    const prompt = `[[fault:504:1]] ${how}`;
    const { text } = await answer({ model, prompt, maxRetries: 1 }, stream);
    assert.equal(text, echo(prompt));
    assert.equal(requestsOf(proxy).length, 2);
  });
}

test('an error in the middle of a stream is told, and the text before it is there', async () => {
  const result = streamText({ model, prompt: '[[fault:error-event]]', ...kQuiet });
  const parts = await gather(result.fullStream);
  const text = parts
    .filter(({ type }) => type === 'text-delta')
    .map((part) => part.text)
    .join('');
  assert.equal(text, 'First ');
  const [{ error }] = parts.filter(({ type }) => type === 'error');
  assert.match(JSON.stringify(error.message ?? error), /overload/i);
  assert.notEqual(parts.findLast(({ type }) => type === 'finish')?.finishReason, 'stop');
});

test('an AbortSignal closes the way to Google', async () => {
  const controller = new AbortController();
  const { fullStream } = streamText({
    model: compatible.chatModel('gemini-load-100000-2'),
    prompt: 'x',
    abortSignal: controller.signal,
    ...kQuiet,
  });
  const types = [];
  for await (const { type } of fullStream) {
    types.push(type);
    if (type === 'text-delta') controller.abort();
  }
  assert.equal(types.at(-1), 'abort');
  await proxy.recorded(({ closedEarly }) => closedEarly);
});

test('an object comes into being piece by piece', async () => {
  const value = { name: 'Soup', ingredients: [{ name: 'leek', grams: 300 }], course: 'main' };
  const [head, tail] = [JSON.stringify(value).slice(0, 20), JSON.stringify(value).slice(20)];
  google.script([{ events: [ending([{ text: head }, { text: tail }])] }]);
  const { partialObjectStream, object } = streamObject({
    model,
    schema: Recipe,
    prompt: 'x',
    ...kQuiet,
  });
  const partial = await gather(partialObjectStream);
  assert.deepEqual(partial.at(-1), value);
  assert.deepEqual(await object, value);
});
