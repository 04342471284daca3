// .dev.vars is read as wrangler reads it, and changed without a trace elsewhere in it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { unstable_getVarsForDev as varsForDev } from 'wrangler';
import { assignments, readVars, withAccount, withVar } from '../../scripts/lib/dev_vars.mjs';
import { temporaryFolder, writeIn } from './support.mjs';

const kExample = readFileSync(
  fileURLToPath(new URL('../../.dev.vars.example', import.meta.url)), 'utf8',
);

test('values are those that wrangler finds', (t) => {
  const folder = temporaryFolder(t);
  for (const text of [
    kExample,
    'A=1\nB = two words  # comment\nexport C=three\nD: four\n',
    `A='one # two'\nB="x\\ny"\nC=\`it's\`\nD=\n# E=5\nF=''\n`,
    "A='several\nlines'\nB=after\n",
    'A="[{"x":"y"}]"\nB=[{"x":"y"}]\n',
    'A=1\r\nB=\'two\'\r\nC=3',
    "A='not closed\nB=2\n",
    'A=1\nA=2\n',
    "A='one' trailing\nB='x'#tight\n",
    '\nA=\nB=2\n',
  ]) {
    writeIn(folder, '.dev.vars', text);
    const found = varsForDev(`${folder}/wrangler.toml`, undefined, {}, undefined, true);
    const wanted = Object.fromEntries(Object.entries(found).map(([name, it]) => [name, it.value]));
    assert.deepEqual(readVars(text), wanted, text);
  }
});

test('a variable is set in its place, or at the end', () => {
  for (const [before, after] of [
    ['', "X='v'\n"],
    ['A=1', "A=1\nX='v'\n"],
    ['A=1\r\n', "A=1\r\nX='v'\r\n"],
    ['X=old # why\nA=1\n', "X='v' # why\nA=1\n"],
    ["# X=1\nexport X='old'\n", "# X=1\nexport X='v'\n"],
    ['X=\nA=1\n', "X='v'\nA=1\n"],
    ['X=1\nX=2\n', null], // which of the two?
  ]) {
    assert.equal(withVar(before, 'X', 'v'), after, before);
  }
  assert.equal(withVar('A=1\n', 'X', "it's"), null);
});

test('an account is added to the array, and all else stays byte for byte', () => {
  const entry = { refresh_token: 'refresh-b', projectId: 'p' };
  const added = JSON.stringify(entry);
  const kSame = `ACCOUNTS='[{"refresh_token":"refresh-b"}]'\n`;
  for (const [before, after] of [
    ['', `ACCOUNTS='[${added}]'\n`],
    ["ACCOUNTS=''\nA=1", `ACCOUNTS='[${added}]'\nA=1`],
    ["ACCOUNTS='[]'\n", `ACCOUNTS='[${added}]'\n`],
    [
      `# a\nACCOUNTS='[ {"refresh_token": "refresh-a"} ]' # b\nA=1`,
      `# a\nACCOUNTS='[{"refresh_token": "refresh-a"},${added}]' # b\nA=1`,
    ],
    [`ACCOUNTS={"api_key":"k"}\n`, `ACCOUNTS='[{"api_key":"k"},${added}]'\n`],
    [kSame, kSame],
    [
      `ACCOUNTS='[{"refresh_token":"your-refresh-token"},{"api_key":"k"}]'\n`,
      `ACCOUNTS='[{"api_key":"k"},${added}]'\n`,
    ],
    [`ACCOUNTS='[\n  {"api_key":"k"}\n]'\n`, `ACCOUNTS='[{"api_key":"k"},${added}]'\n`],
    ["ACCOUNTS=[{refresh_token:x}]\n", null],
    ["ACCOUNTS='\"text\"'\n", null],
    ["ACCOUNTS=[]\nACCOUNTS=[]\n", null],
  ]) {
    assert.equal(withAccount(before, entry), after, before);
  }
});

test('in the example the placeholder makes room, and nothing else moves', () => {
  const after = withAccount(kExample, { refresh_token: 'refresh-b' });
  assert.equal(after, kExample.replace('your-refresh-token', 'refresh-b'));
});

test('an apostrophe in an entry does not end the value', () => {
  const entry = { refresh_token: "it's" };
  const [account] = assignments(withAccount('', entry));
  assert.deepEqual(JSON.parse(account.value), [entry]);
});
