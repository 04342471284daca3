// Do the tests notice? Changes one place at a time in the code that decides who is let in, whose
// token is used, where an event ends and what an error means, builds, and runs the tests that
// should fail.
//
//   npm run mutants -- --count 300 --seed 1
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applied, described, mutantsOf, sampled } from './mutants.mjs';

const kRoot = fileURLToPath(new URL('../../', import.meta.url));
const kWork = join(kRoot, 'build/mutation');
const kCopy = join(kWork, 'project');
const kBuild = join(kWork, 'build');
const kPatience = 20; // times as long as without a change; what takes longer never ends
const kLeastPatience_ms = 60_000;
const kLeast = 0.9; // of all mutants must be noticed

// What is changed, and the programs that are asked, in order, until one fails.
const kSubjects = {
  'wasm/gateway/caller_auth.cpp': ['unit_gateway', 'flow'],
  'wasm/accounts/token_cache.cpp': ['unit_accounts', 'flow'],
  'wasm/accounts/token_source.cpp': ['unit_accounts', 'flow'],
  'wasm/accounts/tokens.cpp': ['unit_accounts', 'flow'],
  'wasm/accounts/kv.cpp': ['unit_accounts', 'flow'],
  'wasm/sse/event_reader.cpp': ['unit_sse', 'golden'],
  'wasm/gemini/errors.cpp': ['unit_gemini', 'flow'],
};

const kHelp = `npm run mutants -- [options]

  --count N   how many changes; 300
  --seed N    which ones; 1
  --file F    only in this file; may be given several times:
              ${Object.keys(kSubjects).join('\n              ')}
  --list      prints them and changes nothing
`;

function run(program, words, options) {
  return spawnSync(program, words, { cwd: kBuild, encoding: 'utf8', ...options });
}

function prepare() {
  rmSync(kCopy, { recursive: true, force: true });
  mkdirSync(kBuild, { recursive: true });
  for (const name of ['CMakeLists.txt', 'wasm', 'tests', 'bench']) {
    cpSync(join(kRoot, name), join(kCopy, name), { recursive: true, preserveTimestamps: true });
  }
  // Newer than what was built of the last mutant of an earlier run.
  for (const file of Object.keys(kSubjects)) {
    writeFileSync(join(kCopy, file), readFileSync(join(kRoot, file)));
  }
  const words = ['-S', kCopy, '-B', kBuild, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=None', '-DCMAKE_CXX_FLAGS=-O1'];
  // Warnings are for people; a mutant may have some.
  const lists = join(kCopy, 'CMakeLists.txt');
  writeFileSync(lists, readFileSync(lists, 'utf8').replace(' -Werror', ''));
  execFileSync('cmake', words, { stdio: ['ignore', 'ignore', 'inherit'] });
}

// Builds and runs them without a change.
//   returns  Map from program to how long it took, milliseconds
function baseline(programs) {
  const times = new Map();
  for (const program of programs) {
    const built = run('cmake', ['--build', kBuild, '--target', program]);
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    const started = performance.now();
    if (tests(program).status !== 0) throw new Error(`${program} fails without any change`);
    times.set(program, performance.now() - started);
  }
  return times;
}

//   own  only these; without it, all
const tests = (program, timeout, own = '') =>
  run(join(kBuild, 'tests', program), ['--abort', '-#', own], { timeout, killSignal: 'SIGKILL', stdio: 'ignore' });

// The tests in the files that are named like it, as Catch2 wants to be told.
function testsOf(file) {
  const folder = join(kRoot, dirname(file).replace('wasm/', 'tests/unit/'));
  const beginning = `${basename(file, '.cpp')}_`;
  const names = readdirSync(folder).filter((name) => name.startsWith(beginning));
  return names.map((name) => `[#${basename(name, '.cpp')}]`).join(',');
}

// `noticed`, `survived`, or `invalid` if it is no C++.
//   own  the tests that are asked first
function fateOf(programs, own, times) {
  for (const program of programs) {
    if (run('cmake', ['--build', kBuild, '--target', program]).status !== 0) return 'invalid';
    if (program === programs[0] && tests(program, kLeastPatience_ms, own).status !== 0) {
      return 'noticed';
    }
    const timeout = Math.max(kLeastPatience_ms, Math.round(kPatience * times.get(program)));
    if (tests(program, timeout).status !== 0) return 'noticed';
  }
  return 'survived';
}

function optionsOf() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '300' },
      seed: { type: 'string', default: '1' },
      file: { type: 'string', multiple: true, default: Object.keys(kSubjects) },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  for (const name of ['count', 'seed']) {
    if (!/^[1-9]\d*$/.test(values[name])) throw new Error(`--${name}: '${values[name]}' is no number`);
  }
  const unknown = values.file.find((file) => !(file in kSubjects));
  if (unknown) throw new Error(`--file: '${unknown}' is none of ${Object.keys(kSubjects).join(', ')}`);
  return { ...values, count: Number(values.count), seed: Number(values.seed) };
}

function main() {
  const { count, seed, file: files, list, help } = optionsOf();
  if (help) return void process.stdout.write(kHelp);
  const sources = new Map(files.map((file) => [file, readFileSync(join(kRoot, file), 'utf8')]));
  const all = [...sources].flatMap(([file, source]) =>
    mutantsOf(source).map((mutant) => ({ file, ...mutant })));
  const tell = (mutant) => `${mutant.file}:${described(sources.get(mutant.file), mutant)}`;
  if (list) return void console.log(all.map(tell).join('\n'));

  prepare();
  const times = baseline(new Set(files.flatMap((file) => kSubjects[file])));
  const fates = { noticed: [], survived: [], invalid: [] };
  // More than asked for, as some do not compile.
  for (const mutant of sampled(all, all.length, seed)) {
    if (fates.noticed.length + fates.survived.length >= count) break;
    const { file } = mutant;
    const path = join(kCopy, file);
    writeFileSync(path, applied(sources.get(file), mutant));
    const fate = fateOf(kSubjects[file], testsOf(file), times);
    writeFileSync(path, sources.get(file));
    fates[fate].push(mutant);
    if (fate === 'survived') console.log(`survived: ${tell(mutant)}`);
  }
  report(fates, files, seed);
}

function report({ noticed, survived, invalid }, files, seed) {
  const percent = (part, whole) => (whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`);
  const of = (list, file) => list.filter((mutant) => mutant.file === file).length;
  console.log('\n| file | mutants | noticed | |\n| --- | --- | --- | --- |');
  for (const file of files) {
    const [hit, missed] = [of(noticed, file), of(survived, file)];
    console.log(`| ${file} | ${hit + missed} | ${hit} | ${percent(hit, hit + missed)} |`);
  }
  const total = noticed.length + survived.length;
  console.log(`| all | ${total} | ${noticed.length} | ${percent(noticed.length, total)} |`);
  console.log(`\nseed ${seed}; ${invalid.length} more did not compile`);
  if (noticed.length < kLeast * total) {
    console.error(`mutants: fewer than ${percent(kLeast, 1)} were noticed`);
    process.exitCode = 1;
  }
}

try {
  main();
} catch (error) {
  console.error(`mutants: ${error.message}`);
  process.exitCode = 1;
}
