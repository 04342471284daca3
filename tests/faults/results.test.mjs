// How the table of faults is made of what `npm test` leaves behind.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { faultsOf, table, testsOf } from './results.mjs';
import { kFamilies, kFaults } from './rows.mjs';

const kCounts = { H: 22, J: 21, F: 24, D: 6, K: 14, X: 5, A: 14, B: 12, O: 21, U: 23, T: 25, P: 19, S: 23 };

test('the catalogue has 229 rows, each family numbered without a gap', () => {
  const expected = Object.entries(kCounts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, i) => `${letter}-${String(i + 1).padStart(2, '0')}`),
  );
  assert.deepEqual(Object.keys(kFaults), expected);
  assert.equal(expected.length, 229);
  assert.deepEqual(Object.keys(kFamilies), Object.keys(kCounts));
  const words = Object.values(kFaults);
  for (const each of words) assert.ok(each.length > 3 && each.length <= 48, each);
  assert.equal(new Set(words).size, words.length);
});

test('ids are found in names and tags, and between two of them', () => {
  const cases = [
    ['H-01: says that it runs', 'H-01'],
    ['no id, A-1, XA-01, A-011, a-01', ''],
    ['F-21 F-22 streaming [J-01][K-02]', 'F-21 F-22 J-01 K-02'],
    ['H-10 to H-13: bodies', 'H-10 H-11 H-12 H-13'],
    ['T-04..T-06', 'T-04 T-05 T-06'],
    ['H-10 to J-11', 'H-10'],
  ];
  for (const [text, ids] of cases) assert.equal([...faultsOf(text)].join(' '), ids, text);
});

test('a test that began and did not end has failed, and so has a name of which one failed', () => {
  const states = (...lines) =>
    Object.fromEntries(testsOf(`${lines.join('\n')}\n`).map(({ name, state }) => [name, state]));
  assert.deepEqual(states('begun\ta\t[A-01]', 'passed\ta\t[A-01]', 'begun\tb\t'), {
    a: 'passed',
    b: 'failed',
  });
  assert.deepEqual(states('failed\ta', 'passed\ta'), { a: 'failed' });
  assert.deepEqual(states('passed\ta', 'failed\ta'), { a: 'failed' });
  assert.deepEqual(states('passed\ta', 'skipped\tb'), { a: 'passed', b: 'skipped' });
});

test('a row is green if one test has passed and none has failed', () => {
  const of = (...states) => states.map((state, i) => ({ name: `A-01 ${i}`, tags: '', state }));
  const state = (tests) => table(tests, { 'A-01': 'x' }).get('A-01').state;
  assert.equal(state([]), 'MISSING');
  assert.equal(state(of('passed', 'skipped')), 'green');
  assert.equal(state(of('passed', 'failed')), 'RED');
  assert.equal(state(of('skipped')), 'skipped');
  assert.equal(state([{ name: 'x', tags: '[A-01]', state: 'passed' }]), 'green');
});

// A project of nothing but the command and the results of a run.
function project(t, results) {
  const root = mkdtempSync(join(tmpdir(), 'proxy-faults-'));
  t.after(() => rmSync(root, { recursive: true }));
  cpSync(dirname(fileURLToPath(import.meta.url)), join(root, 'tests/faults'), { recursive: true });
  mkdirSync(join(root, 'build/results'), { recursive: true });
  for (const [name, text] of Object.entries(results)) {
    writeFileSync(join(root, 'build/results', name), text);
  }
  const run = (...words) =>
    spawnSync(process.execPath, [join(root, 'tests/faults/faults.mjs'), ...words], {
      encoding: 'utf8',
    });
  return { root, run };
}

const kAll = Object.keys(kFaults)
  .map((id) => `passed\t${id} x\n`)
  .join('');

test('the command prints rows and sums, and ends with 0 only if all is green', (t) => {
  const files = { unit: '', node: '', 'unit-a.tsv': kAll, 'node.tsv': 'passed\tK-02: y\n' };
  const all = project(t, files).run();
  assert.equal(all.status, 0, all.stderr);
  assert.match(all.stdout, /^K-02 {2}wrong or nearly right key +2 tests {2}green$/m);
  assert.match(all.stdout, /^total +229 rows +230 tests {2}229 green$/m);
  const red = project(t, { ...files, 'node.tsv': 'failed\tK-02: y\n' }).run('K');
  assert.equal(red.status, 1);
  assert.match(red.stdout, /^K-02 .* RED\n +failed: K-02: y$/m);
  assert.match(red.stdout, /^total +14 rows +15 tests {2}13 green {2}1 RED$/m);
  assert.doesNotMatch(red.stdout, /^H-01/m);
  const missing = project(t, { ...files, 'unit-a.tsv': '' }).run('K-01');
  assert.equal(missing.status, 1);
  assert.match(missing.stdout, /^K-01 .* 0 tests {2}MISSING$/m);
});

test('results count only if every stage has run, and after the sources were changed', (t) => {
  const none = project(t, { unit: '' }).run();
  assert.equal(none.status, 2);
  assert.match(none.stderr, /npm test has not run its stage node/);
  const old = project(t, { unit: '', node: '', 'unit-a.tsv': kAll });
  utimesSync(join(old.root, 'build/results/node'), new Date(0), new Date(0));
  assert.match(old.run().stderr, /sources are newer than the last run of the stage node/);
  assert.equal(old.run('Q').status, 2);
});

test('what node --test says of a test is one line of the results', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-reporter-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'a.test.mjs');
  writeFileSync(
    file,
    `import { test } from 'node:test';
     test('A-01: good', () => {});
     test('A-02: bad', () => { throw new Error(); });
     test('A-03: skipped', { skip: true }, () => {});
     test('outer', (t) => t.test('A-04: of two\\nlines', () => {}));`,
  );
  const reporter = fileURLToPath(new URL('reporter.mjs', import.meta.url));
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(
    process.execPath,
    ['--test', '--test-force-exit', `--test-reporter=${reporter}`, file],
    { encoding: 'utf8', env },
  );
  assert.deepEqual(stdout.split('\n').filter(Boolean).toSorted(), [
    'failed\tA-02: bad',
    'passed\tA-01: good',
    'passed\tA-04: of two lines',
    'passed\touter',
    'skipped\tA-03: skipped',
  ]);
});
