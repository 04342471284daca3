// What the stand-in remembers, and its control paths.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ask, open, refresh, start, stream, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const prompt = { contents: [user('Hi')] };
const control = (google, method, name, body) => ask(google, `/_control/${name}`, { method, body,
  headers: {} });

test('every call is recorded, refused ones too', async (t) => {
  const google = await start(t, { now: () => 1000 });
  await stream(google, flash25, prompt, { headers: { 'x-goog-api-key': 'key-a',
    'user-agent': 'test' } });
  await stream(google, flash25, '{"cut', { headers: {} });
  const [first, second] = google.requests;
  assert.equal(first.method, 'POST');
  assert.equal(first.url, `/v1beta/models/${flash25}:streamGenerateContent?alt=sse`);
  assert.equal(first.target, 'stream');
  assert.equal(first.headers['user-agent'], 'test');
  assert.deepEqual(JSON.parse(first.body), prompt);
  assert.deepEqual([first.at, first.status, first.finished, first.closedEarly], [1000, 200, true,
    false]);
  assert.ok(first.sent > 100);
  assert.deepEqual([second.body, second.status], ['{"cut', 403]);
  google.reset();
  assert.equal(google.requests.length, 0);
});

test('only the last records are kept', async (t) => {
  const google = await start(t, { keep: 2 });
  for (const text of ['a', 'b', 'c']) await stream(google, flash25, { contents: [user(text)] });
  assert.deepEqual(google.requests.map(({ body }) => JSON.parse(body).contents[0].parts[0].text),
    ['b', 'c']);
});

test('records give way when their bodies grow too large together', async (t) => {
  const google = await start(t, { keepBytes: 250 });
  for (const text of ['a', 'b', 'c']) {
    await stream(google, flash25, { contents: [user(text.repeat(100))] });
  }
  await stream(google, flash25, { contents: [user('d')] });
  assert.deepEqual(google.requests.map(({ body }) => body.length > 100), [true, false]);
});

test('a client that leaves is noticed: in the stream, before the answer, in its own body',
  async (t) => {
  const google = await start(t, { eventDelayMs: 3_600_000 });
  const path = `/v1beta/models/${flash25}:streamGenerateContent?alt=sse`;
  const reading = open(google, path, { body: prompt });
  const [response] = await once(reading, 'response');
  await once(response, 'data');
  response.on('error', () => {});
  reading.destroy();
  await google.until((record) => record.closedEarly && record.status === 200);

  google.script(['hang-headers']);
  const waiting = open(google, path, { body: prompt });
  await google.until((record) => record === google.requests[1] && record.body !== '');
  waiting.destroy();
  await google.until((record) => record === google.requests[1] && record.closedEarly);

  const socket = net.connect(google.port, '127.0.0.1');
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"con`);
  await google.until(() => google.requests.length === 3);
  socket.destroy();
  await google.until((record) => record === google.requests[2] && record.closedEarly);
});

test('a connection the script cut was not closed by the client', async (t) => {
  const google = await start(t);
  google.script(['cut-headers', 'cut']);
  await stream(google, flash25, prompt);
  await stream(google, flash25, prompt);
  await google.until((record) => record === google.requests[1] && record.brokenByScript);
  assert.deepEqual(google.requests.map(({ closedEarly }) => closedEarly), [false, false]);
});

test('the control paths do over HTTP what the object does', async (t) => {
  const google = await start(t);
  assert.equal((await control(google, 'POST', 'script', [{ status: 503 }])).status, 200);
  assert.equal((await stream(google, flash25, prompt)).status, 503);
  const listed = JSON.parse((await control(google, 'GET', 'requests')).text);
  assert.equal(listed.length, 1);
  assert.deepEqual(JSON.parse(listed[0].body), prompt);
  await control(google, 'POST', 'script', ['503']);
  assert.equal((await control(google, 'POST', 'reset')).status, 200);
  assert.deepEqual(JSON.parse((await control(google, 'GET', 'requests')).text), []);
  assert.equal((await stream(google, flash25, prompt)).status, 200);
  const unknown = await control(google, 'POST', 'script', ['nothing']);
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /knows no fault/);
  assert.equal((await control(google, 'POST', 'script', '{')).status, 400);
  assert.equal((await control(google, 'GET', 'else')).status, 404);
});

test('run by itself it says what it is, serves, and ends on a signal', async (t) => {
  const file = fileURLToPath(new URL('../../tools/google/server.mjs', import.meta.url));
  const child = spawn(process.execPath, [file, '--port', '0', '--expires-in', '77',
    '--quota-per-minute', '1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  let said = '';
  const line = await new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      said += chunk;
      if (said.includes('\n')) resolve(said);
    });
  });
  assert.match(line, /^The stand-in for Google listens on http:\/\/127\.0\.0\.1:\d+ /);
  assert.match(line, /\(no Google, no model\)/);
  const url = /http:\S+/.exec(line)[0];
  const answer = await refresh({ url }, { grant_type: 'refresh_token', client_id: 'c',
    client_secret: 's',
    refresh_token: 'stand-in' });
  assert.equal(JSON.parse(answer.text).expires_in, 77);
  assert.equal((await stream({ url }, flash25, prompt)).status, 200);
  assert.equal((await stream({ url }, flash25, prompt)).status, 429);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
  assert.match(said, /POST \/token 200/);
});
