// What the last `npm test` has left in build/results, and the tests that each fault has.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { kFaults } from './rows.mjs';

const kSource = /\.(?:c?js|mjs|ts|h|cpp|txt|json|html|toml)$|^CMakeLists\.txt$/;
// What the tests of a stage are made of. scripts/test.sh touches build/results/<stage> before it
// begins, and puts build/results/<stage>.tsv or <stage>-*.tsv beside it.
const kStages = {
  unit: ['wasm', 'tests/unit', 'tests/flow', 'tests/golden', 'tests/support', 'tests/simulation'],
  node: ['wasm', 'tests', 'js-shim', 'tools', 'scripts', 'bench', 'wrangler.toml', 'package.json'],
};

// The faults that a test's name and tags speak of; `A-01 to A-03` and `A-01..A-03` are three.
export function faultsOf(text) {
  const found = new Set();
  for (const [, from, to] of text.matchAll(/\b([A-Z]-\d\d)\b(?:(?: to |\.\.)([A-Z]-\d\d)\b)?/g)) {
    const [letter, first] = [from[0], Number(from.slice(2))];
    const last = to?.[0] === letter ? Number(to.slice(2)) : first;
    for (let i = first; i <= last; ++i) found.add(`${letter}-${String(i).padStart(2, '0')}`);
  }
  return found;
}

//   text     lines `state TAB name [TAB tags]`; of a test that has several, the last one counts
//   returns  [{name, tags, state}]; a test that has only begun has failed
export function testsOf(text) {
  const tests = new Map();
  for (const line of text.split('\n').filter(Boolean)) {
    const [state, name, tags = ''] = line.split('\t');
    const known = tests.get(name);
    // The same name twice: both must pass.
    const worse = state === 'passed' && known?.state === 'failed' && known.isOver;
    const isOver = state !== 'begun';
    tests.set(name, { name, tags, isOver, state: isOver && !worse ? state : 'failed' });
  }
  return [...tests.values()].map(({ name, tags, state }) => ({ name, tags, state }));
}

//   tests    as testsOf() returns them
//   returns  Map from each fault to {words, tests, state}; state: green, RED, skipped or MISSING
export function table(tests, faults = kFaults) {
  const rows = new Map(Object.entries(faults).map(([id, words]) => [id, { words, tests: [] }]));
  for (const test of tests) {
    for (const id of faultsOf(`${test.name} ${test.tags}`)) rows.get(id)?.tests.push(test);
  }
  for (const row of rows.values()) row.state = stateOf(row.tests.map(({ state }) => state));
  return rows;
}

function stateOf(states) {
  if (states.length === 0) return 'MISSING';
  if (states.includes('failed')) return 'RED';
  return states.includes('passed') ? 'green' : 'skipped';
}

function newestIn(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  const files = readdirSync(path, { recursive: true }).filter((name) => kSource.test(name));
  return Math.max(0, ...files.map((name) => statSync(join(path, name)).mtimeMs));
}

//   returns  {tests} of the last run, or {problem}: why there are none that count
export function lastResults(root) {
  const folder = join(root, 'build/results');
  const tests = [];
  for (const [stage, sources] of Object.entries(kStages)) {
    const begun = join(folder, stage);
    if (!existsSync(begun)) return { problem: `npm test has not run its stage ${stage} here` };
    const newest = Math.max(...sources.map((path) => newestIn(join(root, path))));
    if (newest > statSync(begun).mtimeMs) {
      return { problem: `sources are newer than the last run of the stage ${stage}` };
    }
    const isResult = (name) => name.endsWith('.tsv') && name.startsWith(stage);
    for (const name of readdirSync(folder).filter(isResult)) {
      tests.push(...testsOf(readFileSync(join(folder, name), 'utf8')));
    }
  }
  return { tests };
}
