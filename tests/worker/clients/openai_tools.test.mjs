// Tools with the official client of OpenAI: its runner, which drops every field it does not know and
// so shows whether thought signatures survive; free-form tools; the older functions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zodFunction } from 'openai/helpers/zod';
import { z } from 'zod';
import {
  askGoogle,
  assertTwoSteps,
  called,
  callsOf,
  gather,
  kGemini2,
  kGemini3,
  lastRequest,
  requestsOf,
  returned,
} from './google.mjs';
import { startOfficial } from './official.mjs';

const { proxy, google, client } = await startOfficial();
const { completions } = client.chat;

const user = (content) => [{ role: 'user', content }];
const kBoth = 'Please call get_weather {"city": "Zürich"} and get_time {"zone": "UTC"}';
const schemaOf = (name) => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
  additionalProperties: false,
});
const declared = (name, argument) => ({
  type: 'function',
  function: { name, description: `Tells ${name}.`, parameters: schemaOf(argument) },
});
const kTools = [
  declared('get_weather', 'city'),
  declared('get_time', 'zone'),
  declared('get_forecast', 'day'),
];
const kOutputs = {
  get_weather: ({ city }) => `rain in ${city}`,
  get_time: ({ zone }) => ({ zone, hour: 12 }),
  get_forecast: ({ day }) => `sun on ${day}`,
};
const runnable = (log) =>
  kTools.map(({ function: { name, ...rest } }) => ({
    type: 'function',
    function: {
      name,
      ...rest,
      parse: JSON.parse,
      function: (args) => {
        log.push([name, args]);
        return kOutputs[name](args);
      },
    },
  }));
const kTwoSteps = [null, called('get_forecast', { day: 'Monday' }), null];
const kNames = [['get_weather', 'get_time'], ['get_forecast']];

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`runTools() takes two steps, the first of two calls, and keeps signatures (${how})`, async () => {
    google.script(kTwoSteps);
    const log = [];
    const runner = completions.runTools({
      model: kGemini3,
      messages: user(kBoth),
      tools: runnable(log),
      stream,
    });
    assert.match(await runner.finalContent(), /get_forecast returned .*sun on Monday/);
    assert.deepEqual(log, [
      ['get_weather', { city: 'Zürich' }],
      ['get_time', { zone: 'UTC' }],
      ['get_forecast', { day: 'Monday' }],
    ]);
    const requests = requestsOf(proxy);
    assert.equal(requests.length, 3);
    assertTwoSteps(requests[2], kNames);
    assert.deepEqual(requests[2].contents.slice(0, 3), requests[1].contents.slice(0, 3));
    const [, , { parts }] = requests[1].contents;
    assert.deepEqual(
      parts.map(({ functionResponse }) => functionResponse.response),
      [{ output: 'rain in Zürich' }, { output: '{"zone":"UTC","hour":12}' }],
    );
    const completion = await runner.finalChatCompletion();
    assert.equal(completion.choices[0].finish_reason, 'stop');
  });

  test(`a loop with create() brings back signatures just as well (${how})`, async () => {
    google.script(kTwoSteps);
    const messages = user(kBoth);
    for (let turn = 0; turn < 2; turn += 1) {
      const message = await answer({ model: kGemini3, messages, tools: kTools }, stream);
      messages.push(message);
      for (const {
        id,
        function: { name, arguments: args },
      } of message.tool_calls) {
        const output = kOutputs[name](JSON.parse(args));
        messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(output) });
      }
    }
    const { content } = await answer({ model: kGemini3, messages, tools: kTools }, stream);
    assert.ok(content.endsWith(returned(['get_forecast', '"sun on Monday"'])), content);
    assertTwoSteps(lastRequest(proxy), kNames);
  });

  test(`calls have ids of their own and whole arguments (${how})`, async () => {
    for (const model of [kGemini2, kGemini3]) {
      const { tool_calls: calls } = await answer(
        { model, messages: user(kBoth), tools: kTools },
        stream,
      );
      assert.deepEqual(
        calls.map(({ type, function: { name, arguments: args } }) => [
          type,
          name,
          JSON.parse(args),
        ]),
        [
          ['function', 'get_weather', { city: 'Zürich' }],
          ['function', 'get_time', { zone: 'UTC' }],
        ],
      );
      assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
      for (const { id } of calls) assert.match(id, /^[\w-]+$/);
    }
  });

  test(`zodFunction() gets parsed arguments (${how})`, async () => {
    const Route = z.object({
      from: z.string(),
      stops: z.array(z.object({ name: z.string(), minutes: z.number() })),
      by: z.enum(['train', 'bus']),
      remark: z.string().nullable(),
      get next() {
        return Route.nullable();
      },
    });
    const tools = [zodFunction({ name: 'plan_route', parameters: Route })];
    const args = {
      from: 'Bern',
      stops: [{ name: 'Thun', minutes: 18 }],
      by: 'bus',
      remark: null,
      next: null,
    };
    const body = {
      model: kGemini3,
      messages: user(`Please call plan_route ${JSON.stringify(args)}`),
      tools,
    };
    const completion = stream
      ? await completions.stream(body).finalChatCompletion()
      : await completions.parse(body);
    const [call] = completion.choices[0].message.tool_calls;
    assert.deepEqual(call.function.parsed_arguments, args);
    const { tools: sent, toolConfig } = lastRequest(proxy);
    assert.deepEqual(
      sent[0].functionDeclarations[0].parametersJsonSchema,
      tools[0].function.parameters,
    );
    assert.equal(toolConfig.functionCallingConfig.mode, 'VALIDATED');
  });

  test(`a free-form tool is called with text and answered (${how})`, async () => {
    const tools = [{ type: 'custom', custom: { name: 'run_code', description: 'Runs code.' } }];
    const code = 'print("é")\nexit()';
    const messages = user(`Please call run_code ${JSON.stringify({ input: code })}`);
    const body = { model: kGemini3, messages, tools };
    const message = await answer(body, stream);
    const [call] = message.tool_calls;
    assert.deepEqual([call.type, call.custom], ['custom', { name: 'run_code', input: code }]);
    assert.equal(call.function, undefined);
    messages.push(message, { role: 'tool', tool_call_id: call.id, content: 'é' });
    const { content } = await answer(body, stream);
    assert.ok(content.endsWith(returned(['run_code', 'é'])), content);
    assert.equal(callsOf(lastRequest(proxy))[0][0].signature.startsWith('skip'), false);
  });

  test(`the older functions: one call, answered by name (${how})`, async () => {
    const functions = [{ name: 'get_weather', parameters: schemaOf('city') }];
    const messages = user('Please call get_weather {"city": "Bern"}');
    const body = { model: kGemini3, messages, functions };
    const [message, finish] = await answer(body, stream, true);
    assert.equal(finish, 'function_call');
    assert.equal(message.tool_calls, undefined);
    assert.equal(message.function_call.name, 'get_weather');
    assert.deepEqual(JSON.parse(message.function_call.arguments), { city: 'Bern' });
    messages.push(message, { role: 'function', name: 'get_weather', content: 'rain' });
    const { content } = await answer(body, stream);
    assert.ok(content.endsWith(returned(['get_weather', 'rain'])), content);
  });

  test(`tool_choice and parallel_tool_calls (${how})`, async () => {
    const body = { model: kGemini3, messages: user('Hello!'), tools: kTools };
    const named = { type: 'function', function: { name: 'get_time' } };
    const names = async (more) =>
      ((await answer({ ...body, ...more }, stream)).tool_calls ?? []).map(
        (call) => call.function.name,
      );
    assert.deepEqual(await names({}), []);
    assert.deepEqual(await names({ tool_choice: 'required' }), ['get_weather']);
    assert.deepEqual(await names({ tool_choice: named }), ['get_time']);
    assert.deepEqual(await names({ messages: user(kBoth), tool_choice: 'none' }), []);
    assert.deepEqual(await names({ messages: user(kBoth), parallel_tool_calls: false }), [
      'get_weather',
    ]);
    const allowed = { mode: 'required', tools: [named] };
    assert.deepEqual(
      await names({ tool_choice: { type: 'allowed_tools', allowed_tools: allowed } }),
      ['get_time'],
    );
  });
}

test('the stand-in does refuse a signature that is missing or was altered', async () => {
  google.script(kTwoSteps);
  const tools = runnable([]);
  await completions.runTools({ model: kGemini3, messages: user(kBoth), tools }).done();
  const record = proxy.modelCalls().at(-1);
  const altered = (change) => {
    const request = JSON.parse(record.body);
    for (const { parts } of request.contents) {
      for (const part of parts) if (part.thoughtSignature) change(part);
    }
    return request;
  };
  assert.deepEqual(
    await askGoogle(
      proxy,
      record,
      altered(() => {}),
    ),
    [200, undefined],
  );
  const [missing, why] = await askGoogle(
    proxy,
    record,
    altered((part) => delete part.thoughtSignature),
  );
  assert.equal(missing, 400);
  assert.match(why, /missing a thought_signature/);
  const [other, words] = await askGoogle(
    proxy,
    record,
    altered((part) => {
      const [first] = part.thoughtSignature;
      part.thoughtSignature = (first === 'A' ? 'B' : 'A') + part.thoughtSignature.slice(1);
    }),
  );
  assert.deepEqual([other, words], [400, 'Corrupted thought signature.']);
});

test('a client that loses or alters ids and signatures is still answered', async () => {
  const messages = user(kBoth);
  const body = { model: kGemini3, messages, tools: kTools };
  const message = await answer(body, false);
  const results = (calls) =>
    calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'x' }));
  const own = message.tool_calls.map((call, index) => ({
    ...call,
    id: `own-${index}`,
    extra_content: undefined,
  }));
  google.reset();
  await answer(
    { ...body, messages: [...messages, { ...message, tool_calls: own }, ...results(own)] },
    false,
  );
  const [lost] = requestsOf(proxy);
  assert.equal(callsOf(lost)[0][0].signature, 'skip_thought_signature_validator');
  // Of another upstream, say: Google refuses it once, and gets the placeholder.
  const foreign = own.map((call) => ({
    ...call,
    extra_content: { google: { thought_signature: 'Zm9yZWlnbg==' } },
  }));
  google.reset();
  const { content } = await answer(
    { ...body, messages: [...messages, { ...message, tool_calls: foreign }, ...results(foreign)] },
    false,
  );
  assert.match(content, /get_weather returned/);
  assert.deepEqual(
    requestsOf(proxy).map((request) => callsOf(request)[0][0].signature),
    ['Zm9yZWlnbg==', 'skip_thought_signature_validator'],
  );
});

// One answer's message, or [message, finish_reason].
async function answer(body, stream, withFinish = false) {
  const completion = stream
    ? join(await gather(await completions.create({ ...body, stream })))
    : (await completions.create({ ...body, stream })).choices[0];
  return withFinish ? [completion.message, completion.finish_reason] : completion.message;
}

// A message from the deltas of a stream as an application gathers it: every member of a call that
// comes again is appended.
function join(chunks) {
  const message = { role: 'assistant', content: null };
  let finish = null;
  for (const {
    choices: [{ delta, finish_reason: reason }],
  } of chunks) {
    finish ??= reason;
    if (delta.content) message.content = (message.content ?? '') + delta.content;
    if (delta.function_call) message.function_call = { ...delta.function_call };
    for (const { index, ...call } of delta.tool_calls ?? []) {
      message.tool_calls ??= [];
      assert.equal(index, message.tool_calls.length, 'a call comes in one piece');
      message.tool_calls.push(call);
    }
  }
  return { message, finish_reason: finish };
}
