// Many events to many streams.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { eventsOf, generate, open, start, stream, textOf, user } from './helpers.mjs';

test('300 streams at once, each with its own 100 events', async (t) => {
  const google = await start(t, { eventText: '{user}-{i} ' });
  const answers = await Promise.all(Array.from({ length: 300 }, (_, index) =>
    stream(google, 'gemini-load-100-0', { contents: [user(`s${index}`)] })));
  answers.forEach(({ text }, index) => {
    const expected = Array.from({ length: 100 }, (_, event) => `s${index}-${event} `).join('');
    assert.equal(textOf(eventsOf(text)), expected);
  });
});

test('events, delay and text are options; the model name goes before them', async (t) => {
  const google = await start(t, { events: 3, eventText: '"{i}" <{user}>\n', eventDelayMs: 1 });
  const body = { contents: [user('a"b')] };
  const list = eventsOf((await stream(google, 'gemini-2.5-flash', body)).text);
  assert.equal(textOf(list), '"0" <a"b>\n"1" <a"b>\n"2" <a"b>\n');
  assert.deepEqual(list.map(({ candidates: [{ finishReason }] }) => finishReason), [undefined,
    undefined, 'STOP']);
  assert.deepEqual(list.map(({ usageMetadata }) => usageMetadata.candidatesTokenCount), [1, 2, 3]);
  assert.equal(list[2].usageMetadata.totalTokenCount, list[2].usageMetadata.promptTokenCount + 3);
  assert.equal(eventsOf((await stream(google, 'gemini-load-5-0', body)).text).length, 5);
  const whole = JSON.parse((await generate(google, 'gemini-load-2-0', body)).text);
  assert.equal(textOf([whole]), '"0" <a"b>\n"1" <a"b>\n');
});

test('a slow reader holds the stream back', async (t) => {
  const google = await start(t);
  const request = open(google, '/v1beta/models/gemini-load-100000-0:streamGenerateContent?alt=sse',
    { body: { contents: [user('Hi')] } });
  await once(request, 'response');
  // Nobody reads. Each turn sends 16 KB if it may: all 27 MB were out after 1,700 turns.
  for (let turn = 0; turn < 5000; turn += 1) await new Promise(setImmediate);
  const [record] = google.requests;
  assert.ok(record.sent > 0 && record.sent < 20_000_000, `${record.sent} bytes sent`);
  request.destroy();
  await google.until(() => record.closedEarly);
});
