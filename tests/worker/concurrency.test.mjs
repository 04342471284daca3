// Many at once in one isolate: each gets its own answer, byte by byte, and memory stays bounded.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, readStream } from './answers.mjs';
import { startWorkerd } from './support.mjs';
import { memoryOf, until } from './fixture/worker.mjs';

const kCount = 300;
const kColdStarts = 1_000;
const kModel = 'gemini-load-40-10'; // 40 events, 10 ms apart
const kText = '{user} {i} ä🦀\n';

const proxy = await startWorkerd({ after }, { google: { eventText: kText, keep: 2 * kColdStarts } });
const { chat, google } = proxy;

const markOf = (i) => `mark-${i}-${'x'.repeat(i % 40)}`;
const deltasOf = (mark) =>
  Array.from({ length: 40 }, (_, i) => kText.replace('{user}', mark).replace('{i}', i));

// The whole stream as it must be; only id and time are not known beforehand.
function streamOf(mark, { id, created }) {
  const chunk = (delta, finish) =>
    `data: ${JSON.stringify({
      id,
      object: 'chat.completion.chunk',
      created,
      model: kModel,
      system_fingerprint: kModel,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
    })}\n\n`;
  return [
    chunk({ role: 'assistant', content: '' }, null),
    ...deltasOf(mark).map((content) => chunk({ content }, null)),
    chunk({}, 'stop'),
    'data: [DONE]\n\n',
  ].join('');
}

async function runStreams() {
  const marks = Array.from({ length: kCount }, (_, i) => markOf(i));
  const answers = await Promise.all(
    marks.map((mark) => chat(mark, { model: kModel, stream: true })),
  );
  const ids = answers.map(({ status, text }, i) => {
    assert.equal(status, 200, text);
    const {
      id,
      chunks: [{ created }],
    } = readStream(text, { model: kModel });
    const expected = streamOf(marks[i], { id, created });
    assert.ok(text === expected, `answer ${i} is not as it must be`);
    return id;
  });
  assert.equal(new Set(ids).size, kCount);
}

test('300 streams at once: each its own bytes, all one token, bounded memory', async (t) => {
  t.after(() => google.script([]));
  // All are open at once: none gets its first event before Google has been asked by every one.
  let waiting = [];
  google.script(({ target }) =>
    target === 'token'
      ? undefined
      : new Promise((resolve) => {
          waiting.push(resolve);
          if (waiting.length === kCount) for (const go of waiting.splice(0)) go(undefined);
        }),
  );
  await runStreams();
  assert.deepEqual([proxy.tokenCalls().length, proxy.modelCalls().length], [1, kCount]);
  await runStreams(); // V8's heap takes its size
  const before = memoryOf('workerd');
  await runStreams();
  const growth = memoryOf('workerd') - before;
  assert.ok(growth < 64, `workerd holds ${growth} MiB more`);
});

test('streams, whole answers and refusals side by side', async () => {
  const kinds = [
    async (mark) =>
      assert.equal(
        readStream((await chat(mark, { model: kModel, stream: true })).text, { model: kModel })
          .content,
        deltasOf(mark).join(''),
      ),
    async (mark) =>
      assert.equal(
        (await chat(mark, { model: kModel, stream: false })).json.choices[0].message.content,
        deltasOf(mark).join(''),
      ),
    async (mark) =>
      assertError(
        await chat(mark, { model: mark, temperature: 'x' }),
        400,
        'invalid_type',
        'temperature',
      ),
    async (mark) =>
      assert.match(
        (await chat(mark, { model: `${mark}/` })).json.error.message,
        new RegExp(`${mark}/`),
      ),
    async (mark) =>
      assertError(await chat(`${mark} [[fault:404]]`), 404, 'model_not_found', 'model'),
    async () => assert.equal((await proxy.call('/v1/models')).json.object, 'list'),
  ];
  await Promise.all(Array.from({ length: 120 }, (_, i) => kinds[i % kinds.length](markOf(i))));
});

test('P-13: 1,000 cold starts at once, of whom a third leaves at any moment', async () => {
  await proxy.kv.delete('token_0');
  await proxy.restart();
  google.reset();
  google.script(({ target }) => (target === 'token' ? { delayMs: 200 } : undefined));
  proxy.logs().length = 0;
  await Promise.all(
    Array.from({ length: kColdStarts }, async (_, i) => {
      const mark = markOf(i);
      const request = proxy.openChat(mark, { model: kModel, stream: true });
      if (i % 3 === 0) {
        setTimeout(() => request.leave(), (i * 7919) % 2_000);
        await request.ended.catch(() => {}); // some get their answer before they leave
      } else {
        assert.equal(
          readStream((await request.ended).text, { model: kModel }).content,
          deltasOf(mark).join(''),
        );
      }
    }),
  );
  assert.equal(proxy.tokenCalls().length, 1);
  await until(
    () => google.requests.every(({ finished, closedEarly }) => finished || closedEarly),
    'all calls to end',
  );
  for (const line of proxy.logs()) assert.match(line, /^\{"ev":"(req|token_refreshed)"/);
});
