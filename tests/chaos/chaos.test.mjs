// Chaos in a small form; `npm run chaos` is the large one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runChaos } from './chaos.mjs';
import { problemsOfError } from './lib/codes.mjs';
import { makeLogs } from './lib/logs.mjs';
import { randomOf } from './lib/random.mjs';
import { reportOf } from './lib/report.mjs';
import { makeSecrets } from './lib/secrets.mjs';
import { readStream } from './lib/streams.mjs';

test('300 requests, a third of them with a fault: each ends in one way', async () => {
  const run = await runChaos({ requests: 300, atOnce: 64, share: 33, seed: 'small' });
  assert.equal(run.failures.length + run.problems.length, 0, reportOf(run));
  assert.ok(run.kinds >= 20, `${run.kinds} kinds of faults`);
});

test('what is wrong is found: a stream', () => {
  const chunk = (delta, finish = null) => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    return `data: ${JSON.stringify({ id: 'a', object: 'chat.completion.chunk', choices })}\n\n`;
  };
  const error = 'data: {"error":{"message":"x","type":"server_error","param":null,"code":"x"}}\n\n';
  const begin = chunk({ role: 'assistant', content: 'Hello' });
  const done = 'data: [DONE]\n\n';
  const rows = [
    [begin + chunk({}, 'stop') + done, 'done', 0],
    [begin + error, 'error', 0],
    [begin, 'open', 0],
    [begin + done, 'done', 1],
    [begin + error + done, 'error', 1],
    [begin + chunk({}, 'stop') + error, 'error', 1],
    [begin + chunk({}, 'stop') + done + error, 'done', 1],
    [begin + chunk({}, 'stop') + chunk({ content: 'x' }) + done, 'done', 1],
    [`${begin}data: {"half`, 'open', 1],
    [`${begin}event: x\ndata: {}\n\n`, 'open', 1],
    [chunk({ content: 'Hello' }), 'open', 1],
  ];
  for (const [text, end, problems] of rows) {
    const stream = readStream(text);
    assert.equal(stream.end, end, text);
    assert.equal(stream.problems.length, problems, `${stream.problems} in ${text}`);
  }
});

test('what is wrong is found: an error, a line of the log', () => {
  const headers = { 'content-type': 'application/json', 'x-should-retry': 'true' };
  const of = (code, type) => ({ error: { message: 'x', type, param: null, code } });
  assert.deepEqual(problemsOfError(of('upstream_reset', 'server_error'), 502, headers), []);
  assert.equal(problemsOfError(of('upstream_reset', 'server_error'), 500, headers).length, 1);
  assert.equal(problemsOfError(of('upstream_reset', 'other'), 502, headers).length, 1);
  assert.equal(problemsOfError(of('new_code', 'server_error'), 502, headers).length, 1);
  assert.equal(problemsOfError({ error: 'x' }, 502, headers).length, 1);

  const secrets = makeSecrets(randomOf('secrets'));
  const secret = secrets.make('client secret');
  assert.deepEqual(secrets.in('nothing'), []);
  assert.deepEqual(secrets.in(`x${secret}x`), ['client secret']);
  assert.deepEqual(secrets.in('access-1-for-0123abcd-77'), ['access token']);
  const rows = [
    ['{"ev":"req","id":"a"}', 0],
    ['{"ev":"req","id":"b"}', 0],
    ['{"ev":"req","id":"a"}', 1], // again
    ['kj/async.c++: exception', 2],
    [`{"ev":"x","msg":"${secret}"}`, 1],
    ['{"ev":"x","msg":"mark-7-abcdef"}', 1],
    ['{"ev":"trap"}', 1],
    [`{"ev":"x","id":"a","msg":"${'x'.repeat(2100)}"}`, 1],
  ];
  const logs = makeLogs(secrets);
  for (const [line, count] of rows) {
    const before = logs.problems().length;
    logs.heard(line);
    assert.equal(logs.problems().length - before, count, line);
  }
});
