// LangChain's ChatOpenAI, pointed at the product by its `baseURL` alone.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import { z } from 'zod';
import { echo } from '../answers.mjs';
import { kKey, startWorkerd } from '../support.mjs';
import {
  assertTwoSteps,
  called,
  gather,
  kGemini2,
  kGemini3,
  lastRequest,
  requestsOf,
  returned,
} from './google.mjs';

const proxy = await startWorkerd({ after });
const { google } = proxy;
beforeEach(() => google.reset());

const chat = (more) =>
  new ChatOpenAI({
    model: kGemini3,
    apiKey: kKey,
    maxRetries: 0,
    configuration: { baseURL: `${proxy.url}/v1` },
    ...more,
  });

// One answer, however it came.
async function answer(runnable, input, stream) {
  if (!stream) return runnable.invoke(input);
  const chunks = await gather(await runnable.stream(input));
  return chunks.reduce((whole, chunk) => whole.concat(chunk));
}

const outputs = {
  get_weather: ({ city }) => `rain in ${city}`,
  get_time: ({ zone }) => `12:00 ${zone}`,
  get_forecast: ({ day }) => `sun on ${day}`,
};
const tools = Object.entries({ get_weather: 'city', get_time: 'zone', get_forecast: 'day' }).map(
  ([name, argument]) =>
    tool(outputs[name], {
      name,
      description: `Tells ${name}.`,
      schema: z.object({ [argument]: z.string() }),
    }),
);
const kBoth = 'Please call get_weather {"city": "Zürich"} and get_time {"zone": "UTC"}';
const Recipe = z.object({
  name: z.string(),
  steps: z.array(z.object({ text: z.string(), minutes: z.number() })),
});

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`a conversation, its usage and its thoughts (${how})`, async () => {
    const message = await answer(
      chat(),
      [
        new SystemMessage('Be brief.'),
        new HumanMessage('Hello!'),
        new AIMessage('Hello to you!'),
        new HumanMessage('Where is Zürich 🦀?'),
      ],
      stream,
    );
    assert.equal(message.text, echo('Where is Zürich 🦀?'));
    const { input_tokens, output_tokens, total_tokens, output_token_details } =
      message.usage_metadata;
    assert.ok(input_tokens > 0 && output_tokens > 0);
    assert.equal(total_tokens, input_tokens + output_tokens);
    assert.ok(output_token_details.reasoning > 0);
    assert.match(message.additional_kwargs.reasoning_content, /stand-in does not think/);
    assert.equal(message.response_metadata.finish_reason, 'stop');
    const { contents, systemInstruction } = lastRequest(proxy);
    assert.deepEqual(systemInstruction, { parts: [{ text: 'Be brief.' }] });
    assert.deepEqual(
      contents.map(({ role }) => role),
      ['user', 'model', 'user'],
    );
  });

  test(`bindTools(): two steps, the first of two calls, keep signatures (${how})`, async () => {
    google.script([null, called('get_forecast', { day: 'Monday' }), null]);
    const model = chat().bindTools(tools);
    const messages = [new HumanMessage(kBoth)];
    const seen = [];
    for (;;) {
      const message = await answer(model, messages, stream);
      assert.deepEqual(message.invalid_tool_calls ?? [], []);
      messages.push(message);
      if (message.tool_calls.length === 0) break;
      for (const call of message.tool_calls) {
        seen.push([call.name, call.args]);
        const result = await tools.find(({ name }) => name === call.name).invoke(call);
        assert.ok(result instanceof ToolMessage);
        messages.push(result);
      }
    }
    assert.ok(messages.at(-1).text.endsWith(returned(['get_forecast', 'sun on Monday'])));
    assert.deepEqual(seen, [
      ['get_weather', { city: 'Zürich' }],
      ['get_time', { zone: 'UTC' }],
      ['get_forecast', { day: 'Monday' }],
    ]);
    assert.equal(requestsOf(proxy).length, 3);
    assertTwoSteps(lastRequest(proxy), [['get_weather', 'get_time'], ['get_forecast']]);
  });

  test(`tool_choice (${how})`, async () => {
    const names = async (tool_choice) =>
      (await answer(chat().bindTools(tools, { tool_choice }), kBoth, stream)).tool_calls.map(
        ({ name }) => name,
      );
    assert.deepEqual(await names('get_forecast'), ['get_forecast']);
    assert.deepEqual(await names('any'), ['get_weather', 'get_time']);
    assert.deepEqual(await names('none'), []);
  });

  test(`images and documents (${how})`, async () => {
    const data = Buffer.from('%PDF-1.4').toString('base64');
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      { type: 'image_url', image_url: { url: 'https://example.com/cat.jpg' } },
      {
        type: 'file',
        source_type: 'base64',
        mime_type: 'application/pdf',
        data,
        metadata: { filename: 'a.pdf' },
      },
    ];
    const message = await answer(chat(), [new HumanMessage({ content })], stream);
    assert.match(message.text, /sent image\/png, image\/jpeg, application\/pdf/);
    const [, png, url, pdf] = lastRequest(proxy).contents[0].parts;
    assert.equal(png.inlineData.data, 'iVBORw0KGgo=');
    assert.equal(url.fileData.fileUri, 'https://example.com/cat.jpg');
    assert.equal(pdf.inlineData.data, data);
  });

  test(`settings reach Google (${how})`, async () => {
    const model = chat({
      model: kGemini2,
      temperature: 0.25,
      topP: 0.5,
      maxTokens: 500,
      stop: ['END'],
      modelKwargs: { reasoning_effort: 'low', google: { generation_config: { top_k: 3 } } },
    });
    await answer(model, 'Hello!', stream);
    const { generationConfig: config } = lastRequest(proxy);
    assert.deepEqual(
      [config.temperature, config.topP, config.maxOutputTokens, config.stopSequences, config.topK],
      [0.25, 0.5, 500, ['END'], 3],
    );
    assert.equal(config.thinkingConfig.thinkingBudget, 1024);
  });

  test(`errors say what and where (${how})`, async () => {
    const cases = [
      [{ temperature: 5 }, 'x', 400, 'decimal_above_max_value'],
      [{ model: 'gemini-9-none' }, 'x', 404, 'model_not_found'],
      [{ apiKey: 'wrong' }, 'x', 401, 'invalid_api_key'],
      [{ model: 'gemini-2.0-flash' }, '[[fault:429]]', 429, 'rate_limit_exceeded'],
      [{ model: 'gemini-3.7-flash' }, '[[fault:503]]', 503, 'upstream_overloaded'],
    ];
    for (const [more, prompt, status, code] of cases) {
      await assert.rejects(answer(chat(more), prompt, stream), (error) => {
        assert.deepEqual([error.status, error.code], [status, code], error.message);
        return true;
      });
    }
  });
}

test('withStructuredOutput() in each of its ways', async () => {
  for (const model of [kGemini2, kGemini3]) {
    for (const method of [undefined, 'functionCalling', 'jsonSchema']) {
      const structured = chat({ model }).withStructuredOutput(Recipe, { name: 'recipe', method });
      const value = await structured.invoke('Soup');
      assert.deepEqual(Recipe.parse(value), value, `${model} ${method}`);
    }
  }
  const structured = chat().withStructuredOutput(z.object({}).loose(), { method: 'jsonMode' });
  assert.equal(typeof (await structured.invoke('Soup, as JSON')), 'object');
  assert.equal(lastRequest(proxy).generationConfig.responseMimeType, 'application/json');
});

test('a signal that is aborted closes the way to Google', async () => {
  const controller = new AbortController();
  const stream = await chat({ model: 'gemini-load-100000-2' }).stream('x', {
    signal: controller.signal,
  });
  await assert.rejects(async () => {
    for await (const { text } of stream) if (text) controller.abort();
  }, /abort/i);
  await proxy.recorded(({ closedEarly }) => closedEarly);
});

test('an error in the middle of a stream is thrown', async () => {
  let text = '';
  await assert.rejects(async () => {
    for await (const chunk of await chat().stream('[[fault:error-event]]')) text += chunk.text;
  }, /overloaded/i);
  assert.equal(text, 'First ');
});
