// The mutants themselves: what is changed, and where nothing is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied, mutantsOf, sampled } from './mutants.mjs';

const linesOf = (source) =>
  mutantsOf(source).map((mutant) => applied(source, mutant).split('\n')[mutant.line - 1].trim());

test('each kind of change is made in its place', () => {
  const rows = [
    ['  bool a = b == c;', 'bool a = b != c;'],
    ['  if (a < b) return;', 'if (!(a < b)) return;', 'if (a <= b) return;'],
    ['  return a && !b;', 'return a || !b;', 'return a && b;'],
    ['  return a + 12;', 'return a - 12;', 'return a + 13;'],
    ['  done = true;', 'done = false;'],
  ];
  for (const [source, ...expected] of rows) assert.deepEqual(linesOf(source), expected, source);
});

test('a call or an assignment on a line of its own is left out', () => {
  assert.deepEqual(linesOf('{\n  state.drop(key);\n  sum += size;\n}'), [';', ';']);
});

test('nothing is changed in comments, strings, assertions and directives', () => {
  const source = [
    '// a == b',
    '#if A == 1',
    '  const char* text = "a == b && true";',
    '  assert(a == b);',
    '',
  ];
  assert.deepEqual(linesOf(source.join('\n')), []);
});

test('a seed picks the same ones again, each once', () => {
  const all = Array.from({ length: 50 }, (_, i) => i);
  const picked = sampled(all, 20, 7);
  assert.deepEqual(sampled(all, 20, 7), picked);
  assert.equal(new Set(picked).size, 20);
  assert.notDeepEqual(sampled(all, 20, 8), picked);
  assert.deepEqual(sampled(all, 99, 7).toSorted((a, b) => a - b), all);
});
