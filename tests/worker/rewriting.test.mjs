// Large requests of which much is written anew for Google, or copied to be read. There is not memory
// for everything: what has no room is refused, and the calls of the others go on.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from './answers.mjs';
import { chatBody, startWorkerd } from './support.mjs';

const kMiB = 1024 * 1024;
const kModel = 'gemini-load-4-0';
const proxy = await startWorkerd({ after }, { google: { eventText: '{user}' } });
after(() =>
  assert.deepEqual(
    proxy.logs().filter((line) => line.includes('"trap"')),
    [],
  ),
);

const user = (content) => ({ role: 'user', content });
const picture = (url) => [user([{ type: 'image_url', image_url: { url } }])];
const calls = (...list) => ({ role: 'assistant', content: null, tool_calls: list });
const called = (args, { id = 'a', name = 'f' } = {}) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});
const result = (content, id = 'a') => ({ role: 'tool', tool_call_id: id, content });
const tool = (parameters, name = 'f') => ({ type: 'function', function: { name, parameters } });
const described = (description) => ({
  type: 'object',
  properties: { a: { type: 'string', description } },
});
const format = (schema) => ({ type: 'json_schema', json_schema: { name: 'f', schema } });
const text = (bytes) => 'x'.repeat(bytes);
const manyProperties = (bytes) => {
  const description = text(bytes / 30_000 - 60);
  const names = Array.from({ length: 30_000 }, (_, i) => `p${i}`);
  return Object.fromEntries(names.map((name) => [name, { type: 'string', description }]));
};
const google = (members) => [[user('x')], { extra_body: { google: members } }];

// Messages and other members with so many bytes in one place.
//   most     MiB that are served; for more the status is 413
//   refusal  [status, code, param] of any size
const kPlaces = {
  arguments: { most: 5.9, of: (n) => [[user('x'), calls(called(`{"a":"${text(n - 8)}"}`))]] },
  'arguments that are none': { most: 6, of: (n) => [[user('x'), calls(called(text(n)))]] },
  'arguments of a hundred calls': {
    most: 5.9,
    of: (n) => [[user('x'), calls(...Array(100).fill(called(`{"a":"${text(n / 100 - 8)}"}`)))]],
  },
  'a result in parts': {
    most: 6,
    of: (n) => {
      const part = { type: 'text', text: text(n / 2 - 2) };
      return [[user('x'), calls(called('')), result([part, part])]];
    },
  },
  'two results of one call': {
    most: 6,
    of: (n) => [[user('x'), calls(called('')), result(text(n / 2)), result(text(n / 2))]],
  },
  'a result without a call': { most: 6, of: (n) => [[user('x'), result(text(n))]] },
  'a schema': { most: 5.9, of: (n) => [[user('x')], { tools: [tool(described(text(n)))] }] },
  'a schema of many properties': {
    most: 5.9,
    of: (n) => [
      [user('x')],
      { tools: [tool({ type: 'object', properties: manyProperties(n) })] },
    ],
  },
  'a response format': {
    most: 5.9,
    of: (n) => [[user('x')], { response_format: format(described(text(n))) }],
  },
  'a response format in words': {
    most: 2.9,
    of: (n) => [
      [user('x')],
      { tools: [tool(described('a'))], response_format: format(described('"'.repeat(n / 2))) },
    ],
  },
  'a stop sequence': { most: 6, of: (n) => [[user('x')], { stop: [text(n)] }] },
  'a grammar': {
    most: 6,
    of: (n) => {
      const grammar = { syntax: 'regex', definition: text(n) };
      const custom = { name: 'f', format: { type: 'grammar', grammar } };
      return [[user('x')], { tools: [{ type: 'custom', custom }] }];
    },
  },
  'a data URL without base64': { most: 6, of: (n) => [picture(`data:text/plain,${text(n)}`)] },
  'base64 without its padding': {
    most: 5.9,
    of: (n) => [picture(`data:image/png;base64,${'iVB_Rw-K'.repeat(n / 8)}AA`)],
  },
  'base64 in lines': {
    most: 24,
    of: (n) => [picture(`data:image/png;base64,${`${'iVBORw0K'.repeat(9)}\n`.repeat(n / 74)}`)],
  },
  "Google's settings": { most: 5.9, of: (n) => google({ labels: { a: text(n) } }) },
  "a schema among Google's settings": {
    most: 5.9,
    of: (n) => {
      const schema = { response_mime_type: 'application/json', response_schema: described(text(n)) };
      return google({ generation_config: schema });
    },
  },
  'an image and arguments': {
    most: 24,
    of: (n) => {
      const args = `{"a":"${text(5.8 * kMiB)}"}`;
      const url = `data:image/png;base64,${'AAAA'.repeat(Math.max(1, (n - 5.8 * kMiB) / 4))}`;
      return [[...picture(url), calls(called(args))]];
    },
  },
  'a text': { most: 24, of: (n) => [[user(text(n))]] },
  'a name that nobody knows': { most: 24, of: (n) => [[user('x')], { [text(n)]: 1 }] },
  'the media type of a data URL': {
    refusal: [400, 'invalid_image_format', 'messages[0].content[0].image_url.url'],
    of: (n) => [picture(`data:${text(n)},AAAA`)],
  },
  'a URL': {
    refusal: [400, 'invalid_image_url', 'messages[0].content[0].image_url.url'],
    of: (n) => [picture(`https://example.com/${text(n)}`)],
  },
  'a file name': {
    refusal: [400, 'string_above_max_length', 'messages[0].content[0].file.filename'],
    of: (n) => [[user([{ type: 'file', file: { filename: text(n), file_data: 'AAAA' } }])]],
  },
  'the id of a call': {
    refusal: [400, 'string_above_max_length', 'messages[1].tool_calls[0].id'],
    of: (n) => [[user('x'), calls(called('', { id: `\\${text(n)}` }))]],
  },
  'the name of a call': {
    refusal: [400, 'string_above_max_length', 'messages[1].tool_calls[0].function.name'],
    of: (n) => [[user('x'), calls(called('', { name: text(n) }))]],
  },
  'the name of a tool': {
    refusal: [400, 'invalid_value', 'tools[0].function.name'],
    of: (n) => [[user('x')], { tools: [tool(described('a'), text(n))] }],
  },
};

// One of the others, all the while.
const other = proxy.openChat('Hello!', { model: 'gemini-load-100000-20' });
await other.seen('data: ');
const hasEnded = () => Promise.race([other.ended, new Promise((go) => setImmediate(go, false))]);

const post = (body, headers) =>
  proxy.call('/v1/chat/completions', { method: 'POST', body, headers });

for (const [name, { most, refusal, of }] of Object.entries(kPlaces)) {
  test(`J-18, P-08: ${name} of many MiB is served or refused, and the isolate goes on`, async () => {
    for (const MiB of [most ?? 2, 24]) {
      const [messages, more] = of(Math.floor((MiB * kMiB) / 8) * 8);
      const answer = await post(chatBody(messages, { model: kModel, stream: true, ...more }));
      if (answer.status === 503) {
        // Small blocks of the other call may lie where the body would have to be.
        assertError(answer, 503, 'server_busy');
      } else if (refusal) {
        assertError(answer, ...refusal);
      } else if (MiB <= most) {
        assert.equal(answer.status, 200, answer.text.slice(0, 300));
        assert.ok(answer.text.endsWith('data: [DONE]\n\n'));
      } else {
        const { param } = JSON.parse(answer.text).error;
        assert.match(param, /^(messages|tools|response_format|stop|extra_body)/);
        assertError(answer, 413, 'request_too_large', param);
      }
    }
    assert.equal(await hasEnded(), false);
  });
}

test('P-08: where others hold the memory, a request may come back', async () => {
  const half = text(20 * kMiB);
  const held = [0, 1].map(() => proxy.openChat(half, { model: 'gemini-load-1000-20' }));
  for (const { seen } of held) await seen('data: ');
  const [messages] = kPlaces.arguments.of(5.9 * kMiB);
  const answer = await post(chatBody(messages, { model: kModel }));
  assertError(answer, 503, 'server_busy');
  assert.equal(answer.headers['retry-after'], '1');
  // What is refused takes no memory beside its body.
  for (const { refusal, of } of Object.values(kPlaces).filter(({ refusal }) => refusal)) {
    const [refused, more] = of(10 * kMiB);
    const { status, text: told } = await post(chatBody(refused, { model: kModel, ...more }));
    assert.ok(status === 503 || status === refusal[0], told);
  }
  const ids = Array.from({ length: 12 }, (_, i) => called('', { id: `\\/${text(800_000)}${i}` }));
  const many = await post(chatBody([user('x'), calls(...ids)], { model: kModel }));
  assert.ok([413, 503].includes(many.status), many.text);
  for (const { ended } of held) {
    const isOver = Promise.race([ended, new Promise((go) => setImmediate(go, false))]);
    assert.equal(await isOver, false);
  }
  for (const { hangUp } of [...held, other]) hangUp();
});

test('x-proxy-explain shows what it has memory for', async () => {
  const ask = (bytes) =>
    post(chatBody(text(bytes), { model: kModel }), { 'x-proxy-explain': '1' });
  const shown = await ask(7 * kMiB);
  assert.equal(shown.status, 200, shown.text.slice(0, 300));
  assert.equal(shown.json.request.contents[0].parts[0].text.length, 7 * kMiB);
  assertError(await ask(9 * kMiB), 413, 'request_too_large');
});
