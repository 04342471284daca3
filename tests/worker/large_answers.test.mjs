// Large answers of Google's, up to the limit: the wasm has 64 MiB, and running out of them would end
// the calls of all.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { assertError, eventsOf } from './answers.mjs';
import { startWorkerd } from './support.mjs';

const kMiB = 1024 * 1024;
const proxy = await startWorkerd(
  { after },
  { settings: { IMAGES_AS_MARKDOWN: 'true', RETURN_TEXT_SIGNATURES: 'false' } },
);
const { google } = proxy;
await proxy.chat('Hello!', { stream: false }); // has the token

// One of the others, all the while.
const other = proxy.openChat('Hello!', { model: 'gemini-load-100000-20' });
await other.seen('data: ');
const hasEnded = () => Promise.race([other.ended, new Promise((go) => setImmediate(go, false))]);
after(() => other.hangUp());
beforeEach(() => google.reset());

const saying = (parts, finishReason) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason }],
});
const end = saying([], 'STOP');
const image = (bytes) => ({
  inlineData: { mimeType: 'image/png', data: 'iVBORw0K'.repeat(bytes / 8) },
});
const text = (bytes) => ({ text: 'x'.repeat(bytes) });

// Events of so many bytes together.
const kAnswers = {
  'an image': (n) => [saying([image(n)]), end],
  'a text in one event': (n) => [saying([text(n)]), end],
  'a text in many events': (n) => [...Array(64).fill(saying([text(n / 64)])), end],
  'two images': (n) => [saying([image(n / 2)]), saying([image(n / 2)]), end],
  'an image and a text': (n) => [saying([text(n / 2), image(n / 2)]), end],
  'thoughts and a text': (n) => [
    saying([{ ...text(n / 2), thought: true }]),
    saying([text(n / 2)]),
    end,
  ],
  'a call': (n) => [saying([{ functionCall: { name: 'f', args: { a: text(n).text } } }]), end],
};

for (const [name, eventsFor] of Object.entries(kAnswers)) {
  for (const MiB of [4, 9, 14, 19]) {
    test(`T-15, P-08: ${name} of ${MiB} MiB`, async () => {
      for (const stream of [true, false]) {
        google.script([{ events: eventsFor(MiB * kMiB), times: 2 }]);
        const answer = await proxy.chat('Hello!', { stream });
        const size = MiB * kMiB;
        if (answer.status === 503) {
          // Near the limit it depends on where the small blocks of the other lie.
          assertError(answer, 503, 'server_busy');
          assert.ok(MiB > 14, answer.text);
        } else if (stream) {
          assert.equal(answer.status, 200);
          assert.ok(answer.text.length > size);
          assert.equal(eventsOf(answer.text).at(-1), '[DONE]');
        } else {
          assert.equal(answer.status, 200, answer.text.slice(0, 300));
          assert.equal(answer.json.choices[0].finish_reason, name === 'a call' ? 'tool_calls' : 'stop');
          assert.ok(answer.text.length > size);
        }
        assert.equal(await hasEnded(), false);
      }
    });
  }
}

test('T-15, P-08: several large images at once, and as several choices', async () => {
  google.script(() => ({ events: [saying([image(3 * kMiB)]), end] }));
  const bodies = [{ n: 4 }, { n: 4, stream: true }, {}, { stream: true }];
  const answers = await Promise.all(
    bodies.map((more) => proxy.chat('Hello!', { stream: false, ...more })),
  );
  for (const [i, answer] of answers.entries()) {
    const isWhole = answer.text.includes(bodies[i].stream ? '[DONE]' : '"usage"');
    const isBusy = answer.text.includes('server_busy');
    assert.notEqual(isWhole, isBusy, answer.text.slice(-300));
  }
  assert.equal(await hasEnded(), false);
});

test('none of all this was too much for the memory', () => {
  assert.deepEqual(
    proxy.logs().filter((line) => line.includes('"trap"')),
    [],
  );
});
