// The binding RATE_LIMIT, as Cloudflare's own runtime has it.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError, echo } from './answers.mjs';
import { kKey, startWorkerd } from './support.mjs';

const limited = (config) => ({
  ...config,
  env: {
    ...config.env,
    RATE_LIMIT: { type: 'rate-limit', namespace: '1001', simple: { limit: 3, period: 60 } },
  },
});

test('S-20: what is above the limit of one key is refused, and costs Google nothing', async () => {
  const settings = { API_KEY: JSON.stringify([kKey, 'another-key']) };
  const proxy = await startWorkerd({ after }, { alter: limited, settings });
  const ask = (key) =>
    proxy.chat('Hello!', { stream: false }, { authorization: `Bearer ${key}` });
  for (let i = 0; i < 3; i += 1) {
    const answer = await ask(kKey);
    assert.equal(answer.json.choices[0].message.content, echo('Hello!'));
  }
  const calls = proxy.modelCalls().length;
  const many = await Promise.all(Array.from({ length: 100 }, () => ask(kKey)));
  for (const answer of many) {
    assertError(answer, 429, 'rate_limit_exceeded');
    assert.equal(answer.headers['retry-after'], '10');
  }
  assert.equal(proxy.modelCalls().length, calls);
  assert.equal((await ask('another-key')).status, 200);
  assert.equal((await proxy.call('/v1/models')).status, 200);
});

test('a limiter that throws lets all through, and the log says so', async () => {
  const broken = (config) => ({
    ...config,
    env: { ...config.env, RATE_LIMIT: { type: 'text', value: 'no limiter' } },
  });
  const proxy = await startWorkerd({ after }, { alter: broken });
  assert.equal((await proxy.chat('Hello!', { stream: false })).status, 200);
  assert.ok(await proxy.logged(({ ev }) => ev === 'rate_limit_fail'));
});
