// The product with an import of its wasm throwing, once: the first, second, third ... that a
// request calls, whichever verb that is. Its engine is lost then; the caller gets an answer that is
// whole or says that it is not, and the next one is served by another engine. PROXY_LONG=1 does so
// in every scenario.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertError } from './answers.mjs';
import { scenarios } from './fixture/scenarios.mjs';
import { startStage } from './fixture/stage.mjs';

const isLong = Boolean(process.env.PROXY_LONG);
const kVerbs = (
  'drop end env fetch finish is_bound kv_delete kv_get kv_put log notify now_ms random read respond ' +
  'rate_limit sign sleep wait write'
).split(' ');
const stage = await startStage({ after });
const hit = new Map(kVerbs.map((verb) => [verb, 0]));

// Which calls throw: all of them, or of each verb the first, the last and one between.
function chosen(calls) {
  const all = calls.map((_, i) => i + 1);
  if (isLong) return all;
  return kVerbs.flatMap((verb) => {
    const its = all.filter((n) => calls[n - 1] === verb);
    return [...new Set([its[0], its[its.length >> 1], its.at(-1)])].filter(Boolean);
  });
}

for (const scenario of scenarios) {
  if (scenario.isLarge) continue;
  test(`P-02: each import throws in turn: ${scenario.name}`, { timeout: 1_800_000 }, async (t) => {
    const { learnt, calls } = await stage.learn(scenario);
    const counts = { thrown: 0 };
    for (const throwAt of chosen(calls)) {
      const { outcomes, thrown } = await stage.tell(scenario, learnt, { throwAt });
      if (!thrown) continue; // it took another way this time
      counts.thrown += 1;
      hit.set(thrown, (hit.get(thrown) ?? 0) + 1);
      for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    t.diagnostic(`${calls.length} calls: ${JSON.stringify(counts)}`);
  });
}

test('P-02: an engine that was stopped half-way is never entered again', async () => {
  const { proxy } = stage;
  for (const interruptAt of [1, 5, 20]) {
    await proxy.tamper({ interruptAt });
    assertError(await proxy.chat('Hello!', { stream: false }), 500, 'internal_error');
    assert.ok(await proxy.logged(({ ev, kind }) => ev === 'trap' && kind === 'interrupted'));
    proxy.logs().length = 0;
    assert.equal((await proxy.chat('next please', { stream: false })).status, 200);
    assert.equal((await proxy.engine()).engines, 2);
  }
});

test('every verb was among them', (t) => {
  t.diagnostic(JSON.stringify(Object.fromEntries(hit)));
  // Nothing is deleted in these scenarios, or hardly ever; tests/flow/inject_test.cpp has such.
  hit.delete('kv_delete');
  for (const [verb, count] of hit) assert.ok(count > 0, verb);
});
