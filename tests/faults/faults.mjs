// npm run faults [-- --run] [--tests] [FAMILY or ID ...]
// Prints the catalogue of faults (rows.mjs) with the tests of each and whether they are green, from
// what the last `npm test` has left behind.
//   --run      runs `npm test` first
//   --tests    names the tests as well
//   H, K-02    only these rows
// Ends with 1 if a row has no test or a red one, with 2 if there are no results that count.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { lastResults, table } from './results.mjs';
import { kFamilies, kFaults } from './rows.mjs';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));

function fail(message) {
  console.error(`npm run faults: ${message}`);
  process.exit(2);
}

function readArguments(words) {
  const given = { run: false, tests: false, ids: [] };
  for (const word of words) {
    if (word === '--run') given.run = true;
    else if (word === '--tests') given.tests = true;
    else if (word in kFamilies || word in kFaults) given.ids.push(word);
    else fail(`there is no ${word}; there are: --run, --tests, a letter like H, an id like H-01`);
  }
  return given;
}

function printRow(id, { words, tests, state }, withTests) {
  const count = `${tests.length} ${tests.length === 1 ? 'test' : 'tests'}`;
  console.log(`${id}  ${words.padEnd(48)}${count.padStart(9)}  ${state}`);
  // A red test is named in any case.
  const named = tests.filter(({ state }) => withTests || state === 'failed');
  for (const { name, state } of named) console.log(`        ${state}: ${name}`);
}

function printSummary(rows) {
  const lines = Object.entries(kFamilies).map(([letter, words]) => {
    const own = [...rows].filter(([id]) => id.startsWith(letter)).map(([, row]) => row);
    return [`${letter}  ${words}`, own];
  });
  lines.push(['total', [...rows.values()]]);
  console.log('');
  for (const [name, own] of lines.filter(([, own]) => own.length > 0)) {
    const states = ['green', 'skipped', 'RED', 'MISSING'].map((state) => {
      const count = own.filter((row) => row.state === state).length;
      return count > 0 ? `  ${count} ${state}` : '';
    });
    const tests = new Set(own.flatMap((row) => row.tests.map((test) => test.name))).size;
    const counts = `${String(own.length).padStart(3)} rows  ${String(tests).padStart(4)} tests`;
    console.log(`${name.padEnd(40)}${counts}${states.join('')}`);
  }
}

const given = readArguments(process.argv.slice(2));
if (given.run) spawnSync('npm', ['test'], { cwd: kRoot, stdio: 'inherit' });
const { tests, problem } = lastResults(kRoot);
if (problem) fail(`${problem}; run \`npm test\`, or this with \`-- --run\``);

const isWanted = ([id]) => given.ids.length === 0 || given.ids.some((word) => id.startsWith(word));
const rows = new Map([...table(tests)].filter(isWanted));
for (const [id, row] of rows) printRow(id, row, given.tests);
printSummary(rows);
const isGood = [...rows.values()].every(({ state }) => state === 'green' || state === 'skipped');
process.exitCode = isGood ? 0 : 1;
