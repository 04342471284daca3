// The product with less and less memory, from what a scenario takes down to what the module itself
// needs: every answer is whole or an error that says so, and the next request is served. What fits
// in the memory that the module begins with is told once more with a part of that taken away.
// PROXY_LONG=1 takes every step; without it the amount that is just enough is searched for.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { kInitialPages, kMostPages, withMemoryImport } from './fixture/engines.mjs';
import { scenarios } from './fixture/scenarios.mjs';
import { startStage } from './fixture/stage.mjs';
import { kRoot } from './support.mjs';

const isLong = Boolean(process.env.PROXY_LONG);
const kLeastPages = 2; // below what the data need: the module does not even start
const kKiB = 1024;
const stage = await startStage({ after });

test('the module says how much memory it begins with and how much it may take', () => {
  const module = readFileSync(`${kRoot}build/wasm/proxy.wasm`);
  const { bytes, initial, maximum } = withMemoryImport(module);
  assert.deepEqual([initial, maximum], [kInitialPages, kMostPages]);
  assert.ok(WebAssembly.validate(bytes));
  assert.deepEqual(
    WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === 'memory'),
    [{ module: 'env', name: 'memory', kind: 'memory' }],
  );
});

// The steps from `most`, with which all is well, down to `least`; in the quick form, those of a
// search for the first that is too little.
//   isEnough  tells the scenario with so much
async function descend(most, least, stride, isEnough) {
  if (isLong) {
    for (let step = most; step >= least; step -= stride) await isEnough(step);
    return;
  }
  for (let [bad, good] = [least, most]; good - bad > stride; ) {
    const middle = bad + stride * Math.floor((good - bad) / (2 * stride));
    if (await isEnough(middle)) good = middle;
    else bad = middle;
  }
  await isEnough(least);
}

for (const scenario of scenarios) {
  test(`P-04: less and less memory: ${scenario.name}`, { timeout: 1_800_000 }, async (t) => {
    const { learnt, pages } = await stage.learn(scenario);
    const counts = { steps: 0 };
    const tell = async (plan) => {
      const { outcomes } = await stage.tell(scenario, learnt, plan);
      counts.steps += 1;
      for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
      return outcomes.every((outcome) => outcome === 'whole');
    };
    await descend(pages, kLeastPages, scenario.stride ?? 1, (step) => tell({ pages: step }));
    if (pages === kInitialPages) {
      const all = kInitialPages * 64;
      await descend(all, 0, 4, (step) => tell({ pages, ballast: (all - step) * kKiB }));
    }
    t.diagnostic(`${pages} pages: ${JSON.stringify(counts)}`);
    assert.ok(counts.error > 0, 'nothing has ever been too little');
  });
}
