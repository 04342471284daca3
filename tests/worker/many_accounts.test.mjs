// A thousand accounts over many secrets, and a hundred requests at once on an isolate that has just
// started.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { echo } from './answers.mjs';
import { startWorkerd } from './support.mjs';

const proxy = await startWorkerd({ after });
const { chat, google } = proxy;

// ACCOUNTS, ACCOUNTS_2, ... of 40 entries each, as about that many fit into one secret.
function secretsOf(count) {
  const kPerSecret = 40;
  const secrets = {};
  for (let first = 0; first < count; first += kPerSecret) {
    const size = Math.min(kPerSecret, count - first);
    const entries = Array.from({ length: size }, (_, i) => ({
      refresh_token: `refresh-${first + i}`,
    }));
    const number = first / kPerSecret + 1;
    secrets[number === 1 ? 'ACCOUNTS' : `ACCOUNTS_${number}`] = JSON.stringify(entries);
  }
  return secrets;
}

test('A-11: a thousand accounts continue over many secrets, and any of them serves', async () => {
  await proxy.restart(secretsOf(1000));
  for (const index of ['0', '39', '40', '999']) {
    google.reset();
    const { status, text, json } = await chat('Hello!', { stream: false }, { 'x-proxy-account': index });
    assert.equal(status, 200, text);
    assert.equal(json.choices[0].message.content, echo('Hello!'));
    const [token] = proxy.tokenCalls();
    assert.equal(new URLSearchParams(token.body).get('refresh_token'), `refresh-${index}`);
    assert.ok(await proxy.kv.get(`token_${index}`));
  }
  const { accounts, notes } = (await proxy.call('/v1/status')).json;
  assert.equal(accounts.length, 1000);
  assert.deepEqual(notes, []);
  const beyond = await chat('Hello!', {}, { 'x-proxy-account': '1000' });
  assert.equal(beyond.status, 400);
});

test('O-16: a hundred requests on a cold isolate make one refresh for each account', async () => {
  await proxy.restart(secretsOf(5));
  for (const { name } of (await proxy.kv.list()).keys) await proxy.kv.delete(name);
  google.reset();
  const asked = Array.from({ length: 100 }, (_, i) => `Conversation ${i}`);
  const answers = await Promise.all(asked.map((prompt) => chat(prompt, { stream: false })));
  answers.forEach(({ status, text, json }, i) => {
    assert.equal(status, 200, text);
    assert.equal(json.choices[0].message.content, echo(asked[i]));
  });
  const refreshed = proxy
    .tokenCalls()
    .map(({ body }) => new URLSearchParams(body).get('refresh_token'));
  assert.deepEqual(refreshed.toSorted(), [0, 1, 2, 3, 4].map((i) => `refresh-${i}`));
  await proxy.recorded(({ target }) => target === 'stream');
  const { accounts } = (await proxy.call('/v1/status')).json;
  assert.equal(accounts.reduce((sum, { requests }) => sum + requests, 0), 100);
  for (const { requests } of accounts) assert.ok(requests > 0);
});
