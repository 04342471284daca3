// Large bodies: the wasm has 64 MiB, and running out of them would end the requests of all.
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { assertError, echo } from './answers.mjs';
import { chatBody, startProxy, startWorkerd } from './support.mjs';
import { memoryOf } from './fixture/worker.mjs';

const kMiB = 1024 * 1024;
const kModel = 'gemini-load-4-0'; // says the beginning of the prompt, however long that is
const proxy = await startWorkerd({ after }, { google: { eventText: '{user}' } });
const { chat, google } = proxy;

// A request body of exactly so many bytes.
function bodyOf(bytes, mark) {
  const around = chatBody(`${mark} `, { model: kModel, stream: false });
  return chatBody(`${mark} ${'x'.repeat(bytes - Buffer.byteLength(around))}`, {
    model: kModel,
    stream: false,
  });
}
const post = (body, headers) =>
  proxy.call('/v1/chat/completions', { method: 'POST', body, headers });
const assertServed = ({ status, text }, mark) => {
  assert.equal(status, 200, text.slice(0, 300));
  assert.ok(JSON.parse(text).choices[0].message.content.startsWith(`${mark} xxx`));
};

beforeEach(async () => {
  google.reset();
  await proxy.restart();
  proxy.logs().length = 0;
});
const assertNoTrap = ({ logs } = proxy) =>
  assert.deepEqual(
    logs().filter((line) => line.includes('"trap"')),
    [],
  );

for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
  const how = headers['transfer-encoding'] ?? 'of a known length';
  for (const bytes of [20_000_000, 25 * kMiB]) {
    test(`J-18: a body of ${bytes} bytes, ${how}`, async () => {
      const body = bodyOf(bytes, 'large');
      assertServed(await post(body, headers), 'large');
      const { contents } = JSON.parse(proxy.modelCalls().at(-1).body);
      assert.ok(contents[0].parts[0].text === JSON.parse(body).messages[0].content);
      assertNoTrap();
    });
  }
}

test('P-08: 40 requests of 1 MiB at once are all served', async () => {
  const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => post(bodyOf(kMiB, i))));
  for (const [i, answer] of answers.entries()) assertServed(answer, i);
  assertNoTrap();
});

// With startProxy, as workerd alone closes the connection once it has answered, also in the middle
// of the body, and a caller who is still sending may then not read the answer.
test('P-08: three of 20 MiB at once are served or asked to come back', async (t) => {
  const dev = await startProxy(t, { google: { eventText: '{user}' } });
  const send = (bytes, mark) =>
    dev.call('/v1/chat/completions', { method: 'POST', body: bodyOf(bytes, mark) });
  const answers = await Promise.all([0, 1, 2].map((i) => send(20 * kMiB, i)));
  for (const [i, answer] of answers.entries()) {
    if (answer.status === 200) {
      assertServed(answer, i);
    } else {
      assertError(answer, 503, 'server_busy');
      assert.equal(answer.headers['retry-after'], '1');
    }
  }
  assert.ok(answers.some(({ status }) => status === 200));
  assertServed(await send(kMiB, 'next'), 'next');
  assertNoTrap(dev);
});

test('T-15: an event that is too large is an error of this answer only', async () => {
  const { status } = await chat('Hello!', { model: kModel });
  assert.equal(status, 200); // has the token
  const text = 'x'.repeat(34 * kMiB);
  const events = [
    { candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] },
  ];
  for (const stream of [true, false]) {
    google.script([{ events, times: 2 }]);
    assertError(await chat('Hello!', { stream }), 502, 'upstream_invalid_response');
  }
  google.script([]);
  assert.equal(
    (await chat('Hello!', { stream: false })).json.choices[0].message.content,
    echo('Hello!'),
  );
  assertNoTrap();
});

test('P-07: what large requests have taken is given back', async () => {
  const rounds = async (count) => {
    for (let i = 0; i < count; i += 1) assertServed(await post(bodyOf(12 * kMiB, i)), i);
  };
  await rounds(6);
  const before = memoryOf('workerd');
  await rounds(6);
  const growth = memoryOf('workerd') - before;
  assert.ok(growth < 96, `workerd holds ${growth} MiB more`);
  assertNoTrap();
});
