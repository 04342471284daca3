// Chat when Google fails: what the caller sees, streamed and whole. Every fault with every number
// of accounts is in the flow tests; this is how some of each kind look over real HTTP.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, assertErrorMembers, echo, eventsOf, readStream } from './answers.mjs';
import { kModel, startWorkerd } from './support.mjs';

const proxy = await startWorkerd({ after });
const { chat, google } = proxy;

test('U-19, T-17: Google falls silent before or in its answer', async () => {
  await proxy.restart({ UPSTREAM_TIMEOUT_MS: '300', UPSTREAM_IDLE_MS: '300' });
  for (const stream of [true, false]) {
    google.reset();
    assertError(await chat('[[fault:hang-headers]]', { stream }), 504, 'upstream_timeout');
    await proxy.recorded(({ closedEarly }) => closedEarly);
  }
  google.script(({ target }) => (target === 'token' ? undefined : { hangAfter: 2000 }));
  const { status, text } = await chat('one two three four', { stream: true });
  assert.equal(status, 200);
  const events = eventsOf(text);
  assert.equal(events.at(-1).error.code, 'upstream_timeout');
  assert.ok(events.length > 2);
  assertError(await chat('one two three four', { stream: false }), 504, 'upstream_timeout');
  google.reset();
  await proxy.restart();
});

test('a failure before the first word has its real status, streamed or not', async () => {
  const cases = [
    ['400', 400, 'upstream_invalid_request'],
    ['context', 400, 'context_length_exceeded'],
    ['location', 403, 'unsupported_country_region_territory'],
    ['403', 403, 'upstream_permission_denied'],
    ['404', 404, 'model_not_found'],
    ['429-day', 429, 'insufficient_quota', 'gemini-2.5-flash-lite'], // which rests from then on
    ['redirect', 502, 'upstream_invalid_response'],
    ['html-200', 502, 'upstream_invalid_response'],
    ['empty-stream', 502, 'upstream_invalid_response'],
    ['cut-headers', 502, 'upstream_reset'],
    ['error-first', 503, 'upstream_overloaded'],
    ['504', 504, 'upstream_timeout'],
  ];
  for (const [fault, status, code, model = kModel] of cases) {
    for (const stream of [true, false]) {
      const param = { model_not_found: 'model', context_length_exceeded: 'messages' }[code];
      assertError(await chat(`[[fault:${fault}]]`, { stream, model }), status, code, param);
    }
  }
});

test('a failure after the first word: an error event, no [DONE]; whole: its status', async () => {
  const cases = [
    ['no-finish', 502, 'upstream_reset'],
    ['bad-json', 502, 'upstream_invalid_response'],
    [{ cutAfter: 2000 }, 502, 'upstream_reset'],
    ['error-event', 503, 'upstream_overloaded'],
  ];
  for (const [fault, status, code] of cases) {
    google.script(() => fault);
    const streamed = await chat('one two three four', { stream: true });
    assert.equal(streamed.status, 200, code);
    const events = eventsOf(streamed.text);
    const { error } = events.pop();
    assert.equal(error?.code, code, streamed.text);
    assertErrorMembers(error, status);
    assert.ok(events.length > 0);
    for (const { choices } of events) assert.equal(choices[0].finish_reason, null);
    assertError(await chat('one two three four', { stream: false }), status, code);
  }
  google.script([]);
});

test('T-04: a fast answer that breaks off while its events gather', async () => {
  const model = 'gemini-load-5000-1';
  for (const reset of [false, true]) {
    proxy.google.script([{ cutAfter: 100_000, reset }]);
    const { status, text } = await proxy.chat('Hello!', { model, stream: true });
    assert.equal(status, 200);
    const events = eventsOf(text);
    assert.ok(events.length > 100, `${events.length} events`);
    assert.equal(events.at(-1).error.code, 'upstream_reset');
    assert.ok(!text.includes('[DONE]'));
  }
});

test('U-18: a fault that passes is not seen by the caller', async () => {
  for (const fault of ['500', '503', 'cut-headers', 'empty']) {
    const { status, text } = await chat(`[[fault:${fault}:1]]`, { stream: true });
    assert.equal(status, 200, text);
    assert.equal(readStream(text).content, echo(`[[fault:${fault}:1]]`));
  }
});

test('S-13: a base URL that is not safe is not used', async () => {
  google.reset();
  for (const url of [
    'http://gateway.example.com',
    'https://user@gateway.example.com',
    'ftp://localhost',
    'nonsense',
  ]) {
    await proxy.restart({ GEMINI_BASE_URL: url });
    const answer = await chat('Hello!');
    assertError(answer, 503, 'configuration_invalid');
    assert.match(answer.json.error.message, /GEMINI_BASE_URL/);
  }
  assert.equal(google.requests.length, 0);
  await proxy.restart();
});
