// Scripted faults: each does to the bytes what it says.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { issueToken } from '../../tools/google/oauth.mjs';
import { presets } from '../../tools/google/presets.mjs';
import { ask, eventsOf, generate, open, refresh, start, stream, textOf, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const prompt = { contents: [user('Hi')] };
const sentence = 'This is the stand-in for Google, not a Gemini model. You said: Hi';
const form = { grant_type: 'refresh_token', client_id: 'c', client_secret: 's',
  refresh_token: 'refresh-a' };
const ends = async (google, body = prompt) => (await stream(google, flash25, body)).status;

test('a script answers the next calls, then all is normal', async (t) => {
  const google = await start(t);
  google.script([{ status: 503 }, null, { status: 500, times: 2 }]);
  assert.deepEqual([await ends(google), await ends(google), await ends(google), await ends(google),
    await ends(google)], [503, 200, 500, 500, 200]);
  google.script([{ status: 503, times: 'always' }]);
  assert.deepEqual([await ends(google), await ends(google)], [503, 503]);
  google.reset();
  assert.equal(await ends(google), 200);
});

test('an entry may be for one method, one account, one prompt', async (t) => {
  const google = await start(t);
  google.script([{ target: 'generate', status: 501 }, { target: 'token', status: 502 },
    { account: 'refresh-b', status: 503 }, { match: 'secret word', status: 504 },
    { target: 'models', status: 505 }, { target: 'count', status: 506 }]);
  assert.equal(await ends(google), 200);
  assert.equal((await generate(google, flash25, prompt)).status, 501);
  assert.equal((await refresh(google, form)).status, 502);
  assert.equal(await ends(google, { contents: [user('a secret word')] }), 504);
  assert.equal((await ask(google, '/v1beta/models', { method: 'GET' })).status, 505);
  assert.equal((await ask(google, `/v1beta/models/${flash25}:countTokens`,
    { body: prompt })).status, 506);
  const token = issueToken('refresh-b', 1, Date.now() + 60_000);
  const other = await stream(google, flash25, prompt,
    { headers: { authorization: `Bearer ${token}` } });
  assert.equal(other.status, 503);
});

test('an entry without target leaves the token endpoint alone', async (t) => {
  const google = await start(t);
  google.script([{ status: 503 }]);
  assert.equal((await refresh(google, form)).status, 200);
  assert.equal(await ends(google), 503);
});

test('a function decides call by call', async (t) => {
  const google = await start(t);
  const seen = [];
  google.script(async (call) => {
    seen.push([call.target, call.model, call.prompt?.()]);
    return seen.length === 1 ? '429' : undefined;
  });
  assert.equal(await ends(google), 429);
  assert.equal(await ends(google), 200);
  assert.deepEqual(seen[0], ['stream', flash25, 'Hi']);
});

test('status, headers and body as given; an object is sent as JSON', async (t) => {
  const google = await start(t);
  google.script([{ status: 418, headers: { 'retry-after': '7' }, body: { a: 1 } },
    { body: 'text' }]);
  const first = await stream(google, flash25, prompt);
  assert.deepEqual([first.status, first.headers['retry-after'], JSON.parse(first.text)], [418, '7',
    { a: 1 }]);
  const second = await stream(google, flash25, prompt);
  assert.deepEqual([second.status, second.text], [200, 'text']);
});

test('raw chunks are written as they are, pauses between them', async (t) => {
  const google = await start(t);
  google.script([{ chunks: ['data: {"a', { pauseMs: 1 }, { base64: Buffer.from([0xff,
    0x0a]).toString('base64') },
    2, 'end'] }]);
  const { bytes, headers } = await stream(google, flash25, prompt);
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.deepEqual(bytes, Buffer.concat([Buffer.from('data: {"a'), Buffer.from([0xff, 0x0a]),
    Buffer.from('end')]));
});

test('events are framed as the method asks', async (t) => {
  const google = await start(t);
  const said = (text) => ({ candidates: [{ content: { parts: [{ text }], role: 'model' } }] });
  google.script([{ times: 3, events: [said('a'), said('b')] }]);
  assert.equal((await stream(google, flash25, prompt)).text,
    ['a', 'b'].map((text) =>
      `data: {"candidates": [{"content": {"parts": [{"text": "${text}"}],"role": "model"}}]}`
        + '\r\n\r\n').join(''));
  const array = await ask(google, `/v1beta/models/${flash25}:streamGenerateContent`,
    { body: prompt });
  assert.equal(textOf(JSON.parse(array.text)), 'ab');
  assert.equal(textOf([JSON.parse((await generate(google, flash25, prompt)).text)]), 'ab');
});

for (const reset of [false, true]) {
  test(`the connection is lost after some bytes${reset ? ', by reset' : ''}`, async (t) => {
    const google = await start(t);
    const whole = (await stream(google, flash25, prompt)).text;
    google.script([{ cutAfter: 100, reset }]);
    const cut = await stream(google, flash25, prompt);
    assert.equal(cut.isBroken, true);
    if (reset) return;
    assert.equal(cut.status, 200);
    assert.equal(cut.text, whole.replace(/"responseId.*/s, '').slice(0, 100));
  });
}

test('the connection is lost before the headers, or right after them', async (t) => {
  const google = await start(t);
  google.script(['cut-headers', { cutAfter: 0 }]);
  assert.equal((await stream(google, flash25, prompt)).status, null);
  const second = await stream(google, flash25, prompt);
  assert.deepEqual([second.status, second.text, second.isBroken], [200, '', true]);
});

test('a body that ends with the connection', async (t) => {
  const google = await start(t);
  google.script([{ closeDelimited: true }, { closeDelimited: true, cutAfter: 50 }]);
  const { headers, text, isBroken } = await stream(google, flash25, prompt);
  assert.deepEqual([headers['transfer-encoding'], headers['content-length'], headers.connection],
    [undefined, undefined, 'close']);
  assert.equal(textOf(eventsOf(text)), sentence);
  assert.equal(isBroken, false);
  const cut = await stream(google, flash25, prompt);
  assert.deepEqual([cut.text.length, cut.isBroken], [50, false]);
});

test('silence before the headers, and inside the stream', async (t) => {
  const google = await start(t);
  google.script(['hang-headers', { hangAfter: 10 }]);
  const path = `/v1beta/models/${flash25}:streamGenerateContent?alt=sse`;
  const silent = open(google, path, { body: prompt });
  await google.until((record) => record.body !== '');
  silent.destroy();
  await google.until((record) => record.closedEarly);
  const stuck = open(google, path, { body: prompt });
  const response = await new Promise((resolve) => { stuck.on('response', resolve); });
  const bytes = await new Promise((resolve) => { response.once('data', resolve); });
  assert.equal(bytes.toString(), 'data: {"ca');
  response.on('error', () => {});
  stuck.destroy();
  await google.until((record) => record === google.requests[1] && record.closedEarly);
});

test('byte by byte, LF, gzip', async (t) => {
  const google = await start(t);
  google.script([{ slowMs: 0 }, 'lf', 'gzip']);
  assert.equal(textOf(eventsOf((await stream(google, flash25, prompt)).text)), sentence);
  const lf = await stream(google, flash25, prompt);
  assert.match(lf.text, /\}\n\ndata: /);
  assert.doesNotMatch(lf.text, /\r/);
  const zipped = await stream(google, flash25, prompt);
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  assert.equal(textOf(eventsOf(gunzipSync(zipped.bytes).toString())), sentence);
});

test('quota errors carry RetryInfo and QuotaFailure', async (t) => {
  const google = await start(t);
  google.script(['429', '429-day']);
  const { error } = JSON.parse((await stream(google, flash25, prompt)).text);
  assert.equal(error.status, 'RESOURCE_EXHAUSTED');
  const byType = Object.fromEntries(error.details.map((each) => [each['@type'].split('.').at(-1),
    each]));
  assert.equal(byType.RetryInfo.retryDelay, '38.495166512s');
  assert.equal(byType.QuotaFailure.violations[0].quotaDimensions.model, flash25);
  assert.match(byType.QuotaFailure.violations[0].quotaId, /PerMinute/);
  assert.match((await stream(google, flash25, prompt)).text, /PerDay/);
});

test('every preset can be scripted, and an unknown name is refused', async (t) => {
  const google = await start(t);
  const waits = ['hang-headers', 'hang', 'token-hang'];
  for (const [name, [, preset]] of Object.entries(presets)) {
    if (waits.includes(name)) continue;
    google.script([{ fault: name, ...(name === 'slow' && { slowMs: 0 }) }]);
    const answer = preset.target === 'token' ? await refresh(google, form) : await stream(google,
      flash25, prompt);
    const wanted = typeof preset === 'function' ? undefined : preset.status;
    if (wanted) assert.equal(answer.status, wanted, name);
    else if (name === 'cut-headers') assert.equal(answer.status, null);
    else assert.ok(answer.status >= 200, name);
  }
  assert.throws(() => google.script(['nothing']), /knows no fault "nothing"/);
});

test('a fault can be asked for in the prompt', async (t) => {
  const google = await start(t);
  const body = { contents: [user('Hi [[fault:503]]')] };
  assert.deepEqual([await ends(google, body), await ends(google, body)], [503, 503]);
  const later = { contents: [...body.contents, { role: 'model', parts: [{ text: 'x' }] },
    user('and now')] };
  assert.equal(await ends(google, later), 200);
  const twice = { contents: [user('Hi [[fault:503:2]]')] };
  assert.deepEqual([await ends(google, twice), await ends(google, twice), await ends(google, twice),
    await ends(google, twice)], [503, 503, 200, 503]);
  const unknown = await stream(google, flash25, { contents: [user('[[fault:nothing]]')] });
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /knows no fault/);
  const token = await stream(google, flash25, { contents: [user('[[fault:invalid_grant]]')] });
  assert.equal(token.status, 400);
  assert.match(token.text, /is one of the token endpoint/);
});

test('the README lists every fault, and no other', () => {
  const readme = readFileSync(new URL('../../tools/google/README.md', import.meta.url), 'utf8');
  const listed = [...readme.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)].map(([, name, what]) => [name,
    what]);
  assert.deepEqual(listed, Object.entries(presets).map(([name, [what]]) => [name, what]));
});
