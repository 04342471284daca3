// The official client of OpenAI, as it is, pointed at the product.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import OpenAI from 'openai';
import { echo } from './answers.mjs';
import { kKey, kModel, startWorkerd } from './support.mjs';

const proxy = await startWorkerd({ after });
const { google } = proxy;
const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: kKey, maxRetries: 0 });

const messages = [{ role: 'user', content: 'Hello, Schöne 🦀!' }];
const request = { model: kModel, messages };
const kAnswer = echo(messages[0].content);
const said = (content, more) => ({ model: kModel, messages: [{ role: 'user', content }], ...more });
const create = (body, options) => client.chat.completions.create(body, options);

test('models.list()', async () => {
  const ids = [];
  for await (const model of client.models.list()) ids.push(model.id);
  assert.ok(ids.includes(kModel) && ids.includes('gemini-pro'));
});

test('create() without `stream` and with false gives the whole answer', async () => {
  for (const more of [{}, { stream: false }]) {
    const completion = await create({ ...request, ...more });
    const [{ message, finish_reason: finish, index }] = completion.choices;
    assert.deepEqual(
      [message.role, message.content, finish, index],
      ['assistant', kAnswer, 'stop', 0],
    );
    assert.equal(completion.object, 'chat.completion');
    assert.ok(completion.usage.total_tokens > 0);
    assert.match(completion._request_id, /^req_[0-9a-f]{32}$/);
  }
});

test('create() with `stream`', async () => {
  const stream = await create({
    ...request,
    stream: true,
    stream_options: { include_usage: true },
  });
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  assert.equal(
    chunks.map(({ choices: [choice] }) => choice?.delta.content ?? '').join(''),
    kAnswer,
  );
  assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
  assert.deepEqual(chunks.map(({ choices: [choice] }) => choice?.finish_reason).filter(Boolean), [
    'stop',
  ]);
  assert.deepEqual(chunks.map(({ usage }) => usage).filter(Boolean), [chunks.at(-1).usage]);
  assert.deepEqual(chunks.at(-1).choices, []);
});

test('stream() gathers the same answer as create()', async () => {
  const stream = client.chat.completions.stream({
    ...request,
    stream_options: { include_usage: true },
  });
  let content = '';
  stream.on('content', (delta) => (content += delta));
  const streamed = await stream.finalChatCompletion();
  const whole = await create(request);
  assert.equal(content, kAnswer);
  assert.equal(streamed.choices[0].message.content, kAnswer);
  assert.equal(await stream.finalContent(), kAnswer);
  const [one, other] = [streamed, whole].map(
    ({ choices: [choice], model, usage, system_fingerprint: print }) => ({
      role: choice.message.role,
      content: choice.message.content,
      refusal: choice.message.refusal ?? null,
      finish: choice.finish_reason,
      index: choice.index,
      model,
      usage,
      print,
    }),
  );
  assert.deepEqual(one, other);
});

test('abort() in a stream closes the way to Google', async () => {
  google.reset();
  const model = 'gemini-load-100000-2';
  const stream = await create(said('Hello!', { model, stream: true }));
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) stream.controller.abort();
  }
  const record = await proxy.recorded(({ closedEarly }) => closedEarly);
  assert.ok(record.url.includes(model));
  await proxy.logged((line) => line.model === model && line.status === 499);
});

test('breaking out of the loop does the same', async () => {
  google.reset();
  const stream = await create(said('Hello!', { model: 'gemini-load-100000-2', stream: true }));
  for await (const chunk of stream) {
    if (chunk.choices[0]?.delta.content) break;
  }
  await proxy.recorded(({ closedEarly }) => closedEarly);
});

const kFaults = [
  [said('x', { temperature: 5 }), 'BadRequestError', 400, 'decimal_above_max_value', 'temperature'],
  [said('[[fault:400]]'), 'BadRequestError', 400, 'upstream_invalid_request', null],
  [said('x', { model: 'a/b' }), 'NotFoundError', 404, 'model_not_found', 'model'],
  [said('[[fault:404]]'), 'NotFoundError', 404, 'model_not_found', 'model'],
  [said('[[fault:403]]'), 'PermissionDeniedError', 403, 'upstream_permission_denied', null],
  [
    said('[[fault:429]]', { model: 'gemini-2.0-flash' }),
    'RateLimitError',
    429,
    'rate_limit_exceeded',
    null,
  ],
  [
    said('[[fault:429-day]]', { model: 'gemini-2.5-flash-lite' }),
    'RateLimitError',
    429,
    'insufficient_quota',
    null,
  ],
  [said('[[fault:504]]'), 'InternalServerError', 504, 'upstream_timeout', null],
  [said('[[fault:html-200]]'), 'InternalServerError', 502, 'upstream_invalid_response', null],
];

test('every refusal is an error of the right class, streamed or not', async () => {
  for (const [body, name, status, code, param] of kFaults) {
    for (const stream of [false, true]) {
      await assert.rejects(create({ ...body, stream }), (error) => {
        assert.ok(
          error instanceof OpenAI[name],
          `${error.constructor.name}, not ${name}: ${error.message}`,
        );
        assert.deepEqual([error.status, error.code, error.param], [status, code, param]);
        assert.match(error.requestID, /^req_[0-9a-f]{32}$/);
        return true;
      });
    }
  }
});

test('a wrong key is an AuthenticationError', async () => {
  const stranger = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: 'wrong', maxRetries: 2 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
  await assert.rejects(stranger.chat.completions.create(request), OpenAI.AuthenticationError);
});

test('a RateLimitError says when to come back', async () => {
  await assert.rejects(
    create(said('[[fault:429]]', { model: 'gemini-2.0-flash' })),
    ({ headers }) => {
      const ms = Number(headers.get('retry-after-ms'));
      assert.ok(ms > 0 && ms <= 38_496, `${ms}`);
      assert.equal(headers.get('retry-after'), `${Math.ceil(ms / 1000)}`);
      assert.equal(headers.get('x-should-retry'), 'true');
      return true;
    },
  );
});

test('the client comes back by itself where that makes sense, and only there', async () => {
  google.reset();
  const completion = await create(said('[[fault:504:1]] Hello!'), { maxRetries: 2 });
  assert.equal(completion.choices[0].message.content, echo('[[fault:504:1]] Hello!'));
  assert.equal(proxy.modelCalls().length, 2);
  google.reset();
  await assert.rejects(
    create(said('[[fault:429-day]]', { model: 'gemini-3-flash-preview' }), { maxRetries: 2 }),
    OpenAI.RateLimitError,
  );
  assert.equal(proxy.modelCalls().length, 1);
});

test('a stream that fails in the middle throws, and is no whole answer', async () => {
  const stream = await create(said('[[fault:error-event]]', { stream: true }));
  let content = '';
  await assert.rejects(
    async () => {
      for await (const chunk of stream) content += chunk.choices[0]?.delta.content ?? '';
    },
    (error) => error instanceof OpenAI.APIError && error.code === 'upstream_overloaded',
  );
  assert.equal(content, 'First ');
  await assert.rejects(
    client.chat.completions.stream(said('[[fault:no-finish]]')).finalChatCompletion(),
    OpenAI.APIError,
  );
});
