// Requests that are refused, over real HTTP: status, code, `param`, and that Google was not asked.
// All codes of all fields are in the unit tests; this is a choice of each kind.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from './answers.mjs';
import { chatBody, kModel, startProxy } from './support.mjs';

const proxy = await startProxy({ after });
const post = (body, headers) =>
  proxy.call('/v1/chat/completions', { method: 'POST', body, headers });
const valid = chatBody('Hello!');

test('bodies that are not JSON', async () => {
  const cases = [
    ['', 'invalid_json', /empty/],
    [' \r\n\t', 'invalid_json', /empty/],
    ['{', 'invalid_json', /at byte \d+/],
    [valid.slice(0, -1), 'invalid_json', /at byte \d+/],
    [`${valid}x`, 'invalid_json'],
    [`${valid}${valid}`, 'invalid_json'],
    [valid.replace('}', ',}'), 'invalid_json'],
    ["{'model':'x'}", 'invalid_json'],
    ['{model:"x"}', 'invalid_json'],
    [`${valid}\0`, 'invalid_json'],
    ['{"temperature":NaN}', 'invalid_json', /NaN/],
    ['model=x&stream=true', 'invalid_json'],
    [Buffer.from('{"model":"\xff"}', 'latin1'), 'invalid_utf8', /at byte 10/],
    [`${'['.repeat(200)}${']'.repeat(200)}`, 'body_too_complex'],
    [`[${'1,'.repeat(300_000)}1]`, 'body_too_complex'],
  ];
  for (const [body, code, message = /./] of cases) {
    const answer = await post(body);
    assertError(answer, 400, code);
    assert.match(answer.json.error.message, message);
    assert.equal(answer.headers['x-should-retry'], 'false');
  }
});

test('J-01: a request that is cut anywhere', async () => {
  const all = Array.from(valid, (_, end) => post(valid.slice(0, end)));
  for (const answer of all) assertError(await answer, 400, 'invalid_json');
});

test('J-04: JSON that is no object', async () => {
  for (const body of ['[]', '"text"', '1', 'true', 'null'])
    assertError(await post(body), 400, 'invalid_type');
});

test('fields of a wrong type or value: `param` names them', async () => {
  const user = { role: 'user', content: 'Hello!' };
  const cases = [
    [{ model: undefined }, 'missing_required_parameter', 'model'],
    [{ model: 5 }, 'invalid_type', 'model'],
    [{ model: '' }, 'invalid_value', 'model'],
    [{ messages: undefined }, 'missing_required_parameter', 'messages'],
    [{ messages: 'Hello!' }, 'invalid_type', 'messages'],
    [{ messages: [] }, 'empty_array', 'messages'],
    [{ messages: [user, null] }, 'invalid_type', 'messages[1]'],
    [{ messages: [{ content: 'x' }] }, 'missing_required_parameter', 'messages[0].role'],
    [{ messages: [{ role: 'nobody', content: 'x' }] }, 'invalid_value', 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'invalid_type', 'messages[0].content'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'invalid_type', 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [null] }] }, 'invalid_type', 'messages[0].content[0]'],
    [
      { messages: [{ role: 'user', content: [{ type: 'text' }] }] },
      'invalid_type',
      'messages[0].content[0].text',
    ],
    [{ stream: 'true' }, 'invalid_type', 'stream'],
    [{ stream_options: true }, 'invalid_type', 'stream_options'],
    [{ stream_options: { include_usage: 1 } }, 'invalid_type', 'stream_options.include_usage'],
    [{ temperature: '1' }, 'invalid_type', 'temperature'],
    [{ temperature: 2.5 }, 'decimal_above_max_value', 'temperature'],
    [{ temperature: -1 }, 'decimal_below_min_value', 'temperature'],
    [{ top_p: 1.1 }, 'decimal_above_max_value', 'top_p'],
    [{ max_tokens: 0 }, 'integer_below_min_value', 'max_tokens'],
    [{ max_tokens: 1.5 }, 'invalid_type', 'max_tokens'],
    [{ max_completion_tokens: 2 ** 40 }, 'integer_above_max_value', 'max_completion_tokens'],
    [{ stop: 5 }, 'invalid_type', 'stop'],
    [{ stop: ['a', 'b', 'c', 'd', 'e', 'f'] }, 'array_above_max_length', 'stop'],
    [{ stop: ['a', 5] }, 'invalid_type', 'stop[1]'],
    [{ seed: 'x' }, 'invalid_type', 'seed'],
    [{ n: 0 }, 'integer_below_min_value', 'n'],
  ];
  for (const [members, code, param] of cases) {
    for (const stream of ['stream' in members ? members.stream : true, false]) {
      assertError(await proxy.chat('Hello!', { stream, ...members }), 400, code, param);
    }
  }
});

test('F-02, S-10: a name that cannot be a model is not found, and is not sent', async () => {
  const names = [
    '../../v1/x',
    'a/../../b',
    'x?key=1',
    'x#f',
    'x:generateContent?',
    '%2e%2e%2f',
    'a\\b',
    'a\r\nb',
    'a b',
    'ä',
    'models/',
    '.',
    '-x',
    'x'.repeat(129),
    '\u2028',
    '<script>',
  ];
  for (const model of names) {
    assertError(await proxy.chat('Hello!', { model }), 404, 'model_not_found', 'model');
  }
  for (const line of proxy.logs()) assert.doesNotMatch(line, /[\r\n\u2028]/);
  assertError(await proxy.chat('Hello!', { model: 'a\0b' }), 400, 'invalid_value', 'model');
});

test('H-10 to H-13: bodies that are refused by their head or their size', async () => {
  assertError(
    await post('--x', { 'content-type': 'multipart/form-data; boundary=x' }),
    400,
    'invalid_json',
  );
  for (const encoding of ['gzip', 'br', 'zstd']) {
    assertError(
      await post(valid, { 'content-encoding': encoding }),
      415,
      'unsupported_content_encoding',
    );
  }
  const large = Buffer.alloc(26 * 1024 * 1024, ' ');
  assertError(await post(large), 413, 'request_too_large');
  assertError(await post(large, { 'transfer-encoding': 'chunked' }), 413, 'request_too_large');
});

test('none of all this made a call to Google', () => assert.equal(proxy.google.requests.length, 0));

test('H-09, H-21: the type of the body and other header fields do not matter', async () => {
  const fields = [
    { 'content-type': undefined },
    { 'content-type': 'text/plain' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'application/json; charset=latin1' },
    { expect: '200-ok' },
    { range: 'bytes=0-1' },
    { 'if-none-match': '*' },
    { accept: 'text/html' },
    { 'accept-encoding': 'identity' },
  ];
  for (const headers of fields) {
    const { status, text } = await post(chatBody('Hello!', { stream: false }), headers);
    assert.equal(status, 200, `${JSON.stringify(headers)} ${text}`);
  }
});

test('J-12, J-15, J-20, J-21: byte order mark, repeated, unknown, escaped keys', async () => {
  const messages = '"messages":[{"role":"user","content":"Hello!"}],"stream":false';
  const bodies = [
    `\ufeff{"model":"${kModel}",${messages}}`,
    `{"model":"nobody's","model":"${kModel}",${messages}}`,
    `{"model":"${kModel}","no_such_field":{"a":[1]},${messages}}`,
    `{"\\u006dodel":"${kModel}",${messages}}`,
  ];
  for (const body of bodies) {
    const { status, json } = await post(body);
    assert.equal(status, 200, body);
    assert.equal(json.model, kModel);
  }
  for (const { url, body } of proxy.modelCalls()) {
    assert.ok(url.includes(`/models/${kModel}:`), url);
    assert.equal(body.includes('no_such_field'), false);
  }
});
