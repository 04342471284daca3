// What an answer of the product must look like, whatever it says.
import assert from 'node:assert/strict';
import { introduction } from '../../tools/google/answers.mjs';
import { kModel } from './support.mjs';

// What the stand-in answers to a prompt.
export const echo = (prompt) => `${introduction} You said: ${prompt}`;

// Holds an answer to the form of every error.
export function assertError({ status, headers, text }, expected, code, param = null) {
  assert.equal(headers['content-type'], 'application/json', text);
  const { error, ...rest } = JSON.parse(text);
  assert.deepEqual([status, error?.code, error?.param], [expected, code, param], text);
  assert.deepEqual(rest, {});
  assertErrorMembers(error, expected);
  assert.match(headers['x-should-retry'], /^(true|false)$/);
  assertCommonHeaders(headers);
}

const kTypes = {
  rate_limit_exceeded: 'rate_limit_error',
  insufficient_quota: 'insufficient_quota',
  upstream_permission_denied: 'permission_error',
};
export function assertErrorMembers(error, status) {
  assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code']);
  assert.ok(error.message.length > 0 && error.message.length <= 1000, error.message);
  const usual = status >= 500 ? 'server_error' : 'invalid_request_error';
  assert.equal(error.type, kTypes[error.code] ?? usual);
}

export function assertCommonHeaders(headers) {
  assert.match(headers['x-request-id'], /^req_[0-9a-f]{32}$/);
  assert.equal(headers['access-control-allow-origin'], '*');
  assert.equal(headers['x-content-type-options'], 'nosniff');
  const exposed = headers['access-control-expose-headers'].split(', ');
  for (const name of ['x-request-id', 'retry-after', 'retry-after-ms', 'x-should-retry']) {
    assert.ok(exposed.includes(name), name);
  }
}

// The events of a stream, parsed; the last may be '[DONE]'. Each is one `data:` line and a blank.
export function eventsOf(text) {
  assert.match(text, /^(data: [^\r\n]+\n\n)+$/);
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => event.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)));
}

// Holds a streamed answer to its form: whole, in order, of one piece.
//   returns  {id, content, reasoning, finish, usage, chunks}
export function readStream(text, { model = kModel } = {}) {
  const events = eventsOf(text);
  assert.equal(events.pop(), '[DONE]');
  const usages = events.filter(({ choices }) => choices.length === 0);
  assert.ok(usages.length === 0 || usages[0] === events.at(-1), 'usage comes last');
  const chunks = events.filter(({ choices }) => choices.length === 1);
  assert.equal(chunks.length + usages.length, events.length);
  const [{ id, created }] = events;
  assert.match(id, /^chatcmpl-/);
  assert.ok(Number.isInteger(created) && created > 1e9 && created < 1e11);
  for (const event of events) {
    assert.deepEqual(
      [event.id, event.created, event.model, event.object],
      [id, created, model, 'chat.completion.chunk'],
    );
    if (usages.length > 0 && event !== usages[0]) assert.equal(event.usage, null);
  }
  const choices = chunks.map((chunk) => chunk.choices[0]);
  assert.ok(choices.every(({ index }) => index === 0));
  assert.deepEqual(choices.map(({ delta }) => delta.role).filter(Boolean), ['assistant']);
  assert.equal(choices[0].delta.role, 'assistant');
  const finishes = choices.filter((choice) => choice.finish_reason !== null);
  assert.equal(finishes.length, 1);
  assert.equal(finishes[0], choices.at(-1));
  const joined = (name) => choices.map(({ delta }) => delta[name] ?? '').join('');
  return {
    id,
    content: joined('content'),
    reasoning: joined('reasoning_content'),
    finish: finishes[0].finish_reason,
    usage: usages[0]?.usage,
    chunks,
  };
}
