// The rest of a chat with the official client of OpenAI: several choices, reasoning, logprobs,
// Google's own settings, what the proxy tells about a request, errors, leaving.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { echo } from '../answers.mjs';
import { ending, gather, kGemini2, kGemini3, lastRequest, requestsOf } from './google.mjs';
import { said, startOfficial } from './official.mjs';

const { proxy, google, client } = await startOfficial();
const { completions } = client.chat;

const complete = (body, stream, options) =>
  stream
    ? completions
        .stream({ ...body, stream_options: { include_usage: true } }, options)
        .finalChatCompletion()
    : completions.create(body, options);
const thinking = () => lastRequest(proxy).generationConfig.thinkingConfig;

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`n: 3 are three calls to Google, gathered in order (${how})`, async () => {
    const one = await complete(said('Hello!'), stream);
    google.reset();
    const { choices, usage } = await complete(said('Hello!', { n: 3 }), stream);
    assert.equal(requestsOf(proxy).length, 3);
    assert.deepEqual(
      choices.map(({ index, message, finish_reason: finish }) => [index, message.content, finish]),
      [0, 1, 2].map((index) => [index, echo('Hello!'), 'stop']),
    );
    for (const name of ['prompt_tokens', 'completion_tokens', 'total_tokens']) {
      assert.equal(usage[name], 3 * one.usage[name], name);
    }
  });

  test(`thoughts are reasoning_content, apart from the answer (${how})`, async () => {
    for (const model of [kGemini2, kGemini3]) {
      const body = said('Hello!', { model, reasoning_effort: 'high' });
      const thought = 'stand-in does not think';
      if (stream) {
        const deltas = (await gather(await completions.create({ ...body, stream }))).map(
          ({ choices: [{ delta }] }) => delta,
        );
        const joined = (name) => deltas.map((delta) => delta[name] ?? '').join('');
        assert.ok(joined('reasoning_content').includes(thought));
        assert.equal(joined('content'), echo('Hello!'));
      } else {
        const [{ message }] = (await completions.create(body)).choices;
        assert.ok(message.reasoning_content.includes(thought));
        assert.equal(message.content, echo('Hello!'));
      }
    }
    const { usage } = await complete(said('Hello!'), stream);
    assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
  });

  test(`logprobs of every token, with those it was chosen from (${how})`, async () => {
    const candidate = (token, logProbability) => ({ token, logProbability, tokenId: 1 });
    const chosen = [candidate('Zü', -0.25), candidate(' 🦀', -1.5)];
    const logprobsResult = {
      chosenCandidates: chosen,
      topCandidates: chosen.map((each) => ({ candidates: [each, candidate('no', -3)] })),
    };
    google.script([{ events: [ending([{ text: 'Zü 🦀' }], { logprobsResult })] }]);
    const { choices } = await complete(said('Hi', { logprobs: true, top_logprobs: 2 }), stream);
    const entry = (token, logprob) => ({ token, logprob, bytes: [...Buffer.from(token)] });
    const { content } = choices[0].logprobs;
    assert.deepEqual(
      content,
      [
        ['Zü', -0.25],
        [' 🦀', -1.5],
      ].map((pair) => ({ ...entry(...pair), top_logprobs: [entry(...pair), entry('no', -3)] })),
    );
    const { generationConfig: config } = lastRequest(proxy);
    assert.deepEqual([config.responseLogprobs, config.logprobs], [true, 2]);
    // Without a script, from a model that has them.
    const body = said('Hi', { model: kGemini2, logprobs: true, top_logprobs: 2 });
    const [{ message, logprobs }] = (await complete(body, stream)).choices;
    assert.equal(logprobs.content.map(({ token }) => token).join(''), message.content);
  });

  test(`a model that gives no logprobs answers without (${how})`, async () => {
    google.script(({ body }) => (body.includes('responseLogprobs') ? 'logprobs' : undefined));
    const model = stream ? 'gemini-2.5-pro' : 'gemini-3.1-flash-lite';
    for (let time = 0; time < 2; time += 1) {
      const { choices } = await complete(said('Hi', { model, logprobs: true }), stream);
      assert.equal(choices[0].message.content, echo('Hi'));
      assert.equal(choices[0].logprobs, null);
    }
    assert.deepEqual(
      requestsOf(proxy).map((request) => request.generationConfig.responseLogprobs),
      [true, undefined, undefined], // refused once; then it is known
    );
  });

  test(`withResponse(): warnings, request id and what the client may read (${how})`, async () => {
    const body = said('Hi', { model: 'gemini-3.6-flash', stream, temperature: 0.5, store: true });
    const { data, response, request_id: id } = await completions.create(body).withResponse();
    if (stream) await gather(data);
    const warnings = response.headers.get('x-proxy-warnings');
    assert.match(warnings, /temperature/);
    assert.match(warnings, /store/);
    assert.match(id, /^req_[0-9a-f]{32}$/);
    assert.match(response.headers.get('access-control-expose-headers'), /x-proxy-warnings/);
    const { response: plain } = await completions.create(said('Hi', { stream })).withResponse();
    assert.equal(plain.headers.get('x-proxy-warnings'), null);
    if (stream) await plain.body?.cancel().catch(() => {});
  });

  test(`x-proxy-explain shows the request and sends none (${how})`, async () => {
    const body = said('Hi', { stream: false, store: true, n: 2 });
    const options = { headers: { 'x-proxy-explain': '1' } };
    const explained = await completions.create(body, options);
    assert.equal(explained.object, 'proxy.explanation');
    assert.deepEqual(explained.request.contents, [{ role: 'user', parts: [{ text: 'Hi' }] }]);
    assert.deepEqual([explained.model, explained.stream, explained.choices], [kGemini3, false, 2]);
    assert.match(explained.warnings.join(), /store/);
    assert.equal(requestsOf(proxy).length, 0);
    await complete(said('Hi'), stream);
    assert.deepEqual(lastRequest(proxy), explained.request);
  });

  test(`every class of error (${how})`, async () => {
    const other = { model: 'gemini-3-flash-preview' }; // rests after a 429
    const cases = [
      [said('x', { top_logprobs: 2 }), 'BadRequestError', 400, 'invalid_value', 'top_logprobs'],
      [said('x', { n: 0 }), 'BadRequestError', 400, 'integer_below_min_value', 'n'],
      [said('x', { n: 6 }), 'BadRequestError', 400, 'invalid_value', 'n'],
      [said('x', { messages: [] }), 'BadRequestError', 400, 'empty_array', 'messages'],
      [
        said('x', { reasoning_effort: 'very' }),
        'BadRequestError',
        400,
        'invalid_value',
        'reasoning_effort',
      ],
      [
        said('x', { tool_choice: 'required' }),
        'BadRequestError',
        400,
        'invalid_value',
        'tool_choice',
      ],
      [said('[[fault:context]]'), 'BadRequestError', 400, 'context_length_exceeded', 'messages'],
      [said('x', { model: 'gemini-9-none' }), 'NotFoundError', 404, 'model_not_found', 'model'],
      [
        said('[[fault:403]]', { model: 'gemini-2.5-flash-lite' }),
        'PermissionDeniedError',
        403,
        'upstream_permission_denied',
        null,
      ],
      [said('[[fault:429]]', other), 'RateLimitError', 429, 'rate_limit_exceeded', null],
      [
        said('[[fault:503]]', { model: 'gemini-3.7-flash' }),
        'InternalServerError',
        503,
        'upstream_overloaded',
        null,
      ],
    ];
    for (const [body, name, status, code, param] of cases) {
      await assert.rejects(complete(body, stream), (error) => {
        assert.ok(error instanceof OpenAI[name], `${error.constructor.name}: ${error.message}`);
        assert.deepEqual([error.status, error.code, error.param], [status, code, param]);
        return true;
      });
    }
    const stranger = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: 'wrong', maxRetries: 0 });
    await assert.rejects(
      stranger.chat.completions.create(said('x', { stream })),
      ({ constructor, status, code }) => {
        assert.deepEqual(
          [constructor.name, status, code],
          ['AuthenticationError', 401, 'invalid_api_key'],
        );
        return true;
      },
    );
  });
}

test('an AbortSignal ends a stream, here and at Google', async () => {
  const controller = new AbortController();
  const body = said('x', { model: 'gemini-load-100000-2', stream: true });
  const stream = await completions.create(body, { signal: controller.signal });
  for await (const chunk of stream) if (chunk.choices[0]?.delta.content) controller.abort();
  await proxy.recorded(({ closedEarly }) => closedEarly);
});

// Google's side goes on: the client closes its connection in order, and until something is written to
// it that looks like one that is only done with sending.
test('an AbortSignal ends the wait for a whole answer', async () => {
  google.script(['hang-headers']);
  const controller = new AbortController();
  const call = completions.create(said('x'), { signal: controller.signal });
  proxy.recorded(({ target }) => target !== 'token').then(() => controller.abort());
  await assert.rejects(call, OpenAI.APIUserAbortError);
});

test('reasoning_effort in the words of each family', async () => {
  const cases = [
    [kGemini2, 'none', { thinkingBudget: 0 }],
    [kGemini2, 'low', { includeThoughts: true, thinkingBudget: 1024 }],
    [kGemini2, 'xhigh', { includeThoughts: true, thinkingBudget: 24_576 }],
    [kGemini3, 'minimal', { includeThoughts: true, thinkingLevel: 'MINIMAL' }],
    [kGemini3, 'medium', { includeThoughts: true, thinkingLevel: 'MEDIUM' }],
    ['gemini-3.8-flash', 'minimal', { includeThoughts: true, thinkingLevel: 'LOW' }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
  ];
  for (const [model, reasoning_effort, sent] of cases) {
    await completions.create(said('x', { model, reasoning_effort }));
    assert.deepEqual(thinking(), sent, `${model} ${reasoning_effort}`);
  }
});

test('reasoning_effort that the model has not is changed to the nearest, and said so', async () => {
  const warnings = async (model) => {
    const body = said('x', { model, reasoning_effort: 'minimal' });
    const { response } = await completions.create(body).withResponse();
    return response.headers.get('x-proxy-warnings');
  };
  assert.match(await warnings('gemini-3.8-flash'), /reasoning_effort/);
  assert.equal(await warnings(kGemini3), null);
});

test("Google's own settings, in `extra_body` and at the top", async () => {
  const settings = {
    thinking_config: { thinking_budget: 2048, include_thoughts: false },
    safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
    generation_config: { top_k: 12, mediaResolution: 'MEDIA_RESOLUTION_LOW' },
    tools: [{ code_execution: {} }, { url_context: {} }],
  };
  for (const more of [{ extra_body: { google: settings } }, { google: settings }]) {
    const { choices } = await completions.create(
      said('Hello!', { model: kGemini2, reasoning_effort: 'low', ...more }),
    );
    assert.equal(choices[0].message.content, echo('Hello!'));
    assert.equal(choices[0].message.reasoning_content, undefined);
    const request = lastRequest(proxy);
    const { thinkingConfig, topK, mediaResolution } = request.generationConfig;
    assert.deepEqual(thinkingConfig, { thinkingBudget: 2048, includeThoughts: false });
    assert.deepEqual([topK, mediaResolution], [12, 'MEDIA_RESOLUTION_LOW']);
    assert.deepEqual(request.safetySettings, settings.safety_settings);
    assert.deepEqual(request.tools, [{ codeExecution: {} }, { urlContext: {} }]);
  }
});

test('models.retrieve()', async () => {
  const model = await client.models.retrieve(kGemini2);
  assert.deepEqual([model.id, model.object], [kGemini2, 'model']);
  await assert.rejects(client.models.retrieve('gemini-9-none'), (error) => {
    assert.ok(error instanceof OpenAI.NotFoundError, error.message);
    assert.equal(error.code, 'model_not_found');
    return true;
  });
});

test('one of several choices fails: the call fails, and is no whole answer', async () => {
  google.script([null, { fault: '504' }, null]);
  await assert.rejects(completions.create(said('x', { n: 3 })), OpenAI.InternalServerError);
});
