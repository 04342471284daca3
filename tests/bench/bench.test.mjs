// The benchmark in its smallest form: every case runs and has the numbers its tables and marks need,
// and the four Workers agree on what was said. What the numbers are is not for a test.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kIntervals } from '../../bench/cases/client.mjs';
import { eventText, kStampStart, stampOf } from '../../bench/lib/answers.mjs';
import { connect } from '../../bench/lib/client.mjs';
import { marksOf, marksTable } from '../../bench/lib/marks.mjs';
import { isLinux } from '../../bench/lib/process.mjs';
import { smallStream, smallWhole, textOf } from '../../bench/lib/requests.mjs';
import { startAll } from '../../bench/lib/rounds.mjs';
import { kCaseNames, runCases } from '../../bench/lib/run.mjs';
import { spread, variation } from '../../bench/lib/statistics.mjs';
import { pictureOf } from '../../bench/lib/svg.mjs';
import { tableOfCase } from '../../bench/lib/tables.mjs';
import { kFloor, kPump, kTargets } from '../../bench/lib/targets.mjs';
import { startUpstream } from '../../bench/lib/upstream.mjs';
import jsTranslate from '../../bench/workers/js_translate.mjs';

// The body of an answer as it came, without its chunks.
function bodyOf(answer) {
  const end = answer.indexOf('\r\n\r\n') + 4;
  if (!/\r\ntransfer-encoding: chunked/i.test(answer.slice(0, end))) return answer.slice(end);
  let rest = Buffer.from(answer.slice(end));
  const pieces = [];
  for (;;) {
    const line = rest.indexOf('\r\n');
    const size = parseInt(rest.subarray(0, line).toString(), 16);
    if (size === 0) return Buffer.concat(pieces).toString();
    pieces.push(rest.subarray(line + 2, line + 2 + size));
    rest = rest.subarray(line + 2 + size + 2);
  }
}

const eventsOf = (body) =>
  body
    .split(/\r?\n\r?\n/)
    .filter((event) => event.startsWith('data: {'))
    .map((event) => JSON.parse(event.slice(6)));

// What was said, whether Gemini or OpenAI said it.
const saidIn = ({ candidates, choices }) =>
  candidates
    ? candidates[0].content.parts[0].text
    : ((choices[0]?.delta ?? choices[0]?.message)?.content ?? '');

test('the four Workers agree on the text', { skip: !isLinux }, async (t) => {
  const upstream = await startUpstream();
  t.after(() => upstream.close());
  const { targets, close } = await startAll(upstream, 1);
  t.after(close);
  const said = stampOf(0) + eventText;
  for (const { name, port } of targets) {
    const connection = await connect(port);
    t.after(() => connection.close());
    await upstream.plan({ events: 3 });
    const streamed = await connection.send(smallStream(), { keep: true });
    assert.equal(streamed.stamps, 3, name);
    assert.equal(eventsOf(bodyOf(streamed.text)).map(saidIn).join(''), said.repeat(3), name);
    const large = await connection.send(textOf(200_000), { keep: true });
    assert.equal(eventsOf(bodyOf(large.text)).map(saidIn).join(''), said.repeat(3), name);
    await upstream.plan({ whole: true });
    const whole = await connection.send(smallWhole(), { keep: true });
    assert.equal(saidIn(JSON.parse(bodyOf(whole.text))), said, name);
  }
});

test('stamps of a paced stream tell when each event was sent', { skip: !isLinux }, async (t) => {
  const upstream = await startUpstream();
  t.after(() => upstream.close());
  const { targets, close } = await startAll(upstream, 1);
  t.after(close);
  await upstream.plan({ events: 4, interval_ms: 10 });
  for (const { name, port } of targets) {
    const connection = await connect(port);
    t.after(() => connection.close());
    const stamps = [];
    const onStamp = (sent_us, received_us) => stamps.push([sent_us, received_us]);
    const { stamps: count } = await connection.send(smallStream(), { onStamp });
    assert.deepEqual([count, stamps.length], [4, 4], name);
    for (const [sent_us, received_us] of stamps) assert.ok(sent_us <= received_us, name);
    assert.ok(stamps[3][0] - stamps[0][0] > 20_000, `${name}: events 10 ms apart`);
  }
  assert.equal(stampOf(1).indexOf(kStampStart), 0);
});

test('js-translate asks Gemini for what the client asked for', async (t) => {
  t.mock.method(globalThis, 'fetch', async (url, { body }) => {
    assert.equal(url, 'http://upstream/v1beta/models/m:generateContent');
    assert.deepEqual(JSON.parse(body), {
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'What?' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }],
        },
        { role: 'model', parts: [{ text: 'A cat.' }] },
      ],
      generationConfig: { temperature: 0.5, maxOutputTokens: 9 },
    });
    const content = { parts: [{ text: 'a' }, { text: 'b' }] };
    return Response.json({
      candidates: [{ content, finishReason: 'MAX_TOKENS' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 3 },
    });
  });
  const body = JSON.stringify({
    model: 'm',
    temperature: 0.5,
    max_tokens: 9,
    messages: [
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
      { role: 'assistant', content: 'A cat.' },
    ],
  });
  const request = new Request('http://worker/v1/chat/completions', { method: 'POST', body });
  const answer = await jsTranslate.fetch(request, { UPSTREAM: 'http://upstream' });
  const { choices, usage } = await answer.json();
  const message = { role: 'assistant', content: 'ab' };
  assert.deepEqual(choices, [{ index: 0, message, finish_reason: 'length' }]);
  assert.deepEqual(usage, { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
});

function checkSpreads(results, path) {
  for (const [key, part] of Object.entries(results)) {
    const here = `${path}.${key}`;
    if (typeof part === 'number') assert.ok(Number.isFinite(part), here);
    else if (!part.values) checkSpreads(part, here);
    else {
      const { low, median, high, values } = part;
      assert.ok(low <= median && median <= high, `${here}: ${low} ${median} ${high}`);
      assert.ok(values.length > 0 && values.every(Number.isFinite), here);
    }
  }
}

// What the cases tell apart first: mostly the Workers, of which one case has ours only.
function partsOf(name, found) {
  if (name === 'whole' || name === 'bodies') return Object.values(found).map(Object.keys);
  return [Object.keys(found)];
}

test('every case runs and fills its tables, the marks and the picture', { skip: !isLinux },
  async () => {
    const tables = [];
    const onCase = (name, found) => tables.push(tableOfCase(name, found));
    const results = await runCases(kCaseNames, { size: 'smallest', onCase });
    assert.deepEqual(Object.keys(results).toSorted(), kCaseNames.toSorted());
    for (const [name, found] of Object.entries(results)) {
      checkSpreads(found, name);
      const expected = name === 'client' ? kIntervals.map(String) : kTargets;
      for (const parts of partsOf(name, found)) assert.deepEqual(parts, expected, name);
    }
    assert.doesNotMatch(tables.join('\n'), /NaN|undefined|\| - \|/);
    const marks = marksOf(results);
    assert.equal(marks.length, 14);
    for (const { label, held } of marks) assert.equal(typeof held, 'boolean', label);
    assert.equal(marksTable(marks).split('\n').length, 3 + marks.length + 1);
    const picture = pictureOf(results, 'a <note> & more');
    assert.doesNotMatch(picture, /NaN|undefined|<note>/);
    assert.equal(picture.match(/<rect /g).length, 3 * 6);
  });

test('a mark is held up to its limit, and unknown without CPU time', () => {
  const costs = (ours, isKnown = true) =>
    Object.fromEntries(kTargets.map((name) => {
      const cost = { [kFloor]: 10, [kPump]: 20 }[name] ?? ours;
      const of = isKnown ? cost : NaN;
      return [name, { cpu_us: spread([of, of]), p50_us: spread([of, of]) }];
    }));
  const held = (...given) => marksOf({ 'each-5': costs(...given) }).map((mark) => mark.held);
  assert.deepEqual(held(16), [true]);
  assert.deepEqual(held(17), [false]);
  assert.deepEqual(held(17, false), [undefined]);
});

test('the variation of a value comes from its rounds', () => {
  const valueOf = ({ a, b }) => a.median / b.median;
  const flat = variation({ a: spread([2, 2, 2]), b: spread([1, 1, 1]) }, valueOf);
  assert.deepEqual(flat, { low: 2, high: 2 });
  const { low, high } = variation({ a: spread([1, 2, 30]), b: spread([1, 1, 1]) }, valueOf);
  assert.deepEqual([low, high], [1, 30]);
});
