// What `npm run fuzz` runs: builds the fuzz targets with Clang and gives each of them some time.
//   node tests/fuzz/run.mjs [--seconds N] [--target NAME] [--jobs N]
// Inputs that reach something new are kept in build/fuzz/corpus, so that a next run goes on from
// there; inputs that break a claim are saved in build/fuzz/findings, and the exit code is 1 then.
// A finding that was mended belongs into tests/fuzz/regressions/<target>, which `npm test` replays.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions, runCommand, say, Stop } from '../../scripts/lib/command.mjs';
import { addSeeds } from './corpora.mjs';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));
const kBuild = join(kRoot, 'build/fuzz');
const kHere = join(kRoot, 'tests/fuzz');
// The longest input of each target: as long as it takes to say something, as short as is fast.
const kLongest = {
  accounts: 4_096,
  chat: 8_192,
  cursor: 4_096,
  google_error: 4_096,
  kv: 1_024,
  names: 512,
  oauth: 2_048,
  schema: 4_096,
  sse: 8_192,
  utf8: 512,
};
const kHelp = `npm run fuzz -- [--seconds N] [--target NAME] [--jobs N]
  --seconds  for each target (60)
  --target   one of them alone: ${Object.keys(kLongest).join(' ')}
  --jobs     how many at once (1)`;

// A Clang that can link libFuzzer.
function findClang() {
  const program = 'int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }';
  const flags = ['-fsanitize=fuzzer,address,undefined', '-x', 'c++', '-o', '/dev/null', '-'];
  for (const clang of ['clang++-14', 'clang++']) {
    const input = `extern "C" ${program}`;
    if (spawnSync(clang, flags, { input }).status === 0) return clang;
  }
  throw new Stop(
    'fuzz: no clang++ with libFuzzer and the sanitizers was found. On Debian and Ubuntu:\n' +
      '  sh scripts/setup.sh fuzz\n' +
      'or, as root: apt-get install clang libclang-rt-dev\n' +
      'With Homebrew: brew install llvm, and its folder bin first on the PATH.',
  );
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, { cwd: kRoot, stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Stop(`fuzz: ${command} failed; see above`);
}

function build(jobs) {
  const compiler = `-DCMAKE_CXX_COMPILER=${findClang()}`;
  run('cmake', '--preset', 'fuzz', compiler);
  run('cmake', '--build', '--preset', 'fuzz', ...(jobs ? ['-j', String(jobs)] : []));
}

const filesIn = (folder) => (existsSync(folder) ? readdirSync(folder) : []);

// Gives one target its time. What libFuzzer prints goes to a file.
async function fuzz(target, seconds) {
  const corpus = join(kBuild, 'corpus', target);
  const findings = join(kBuild, 'findings', target);
  const kept = [`${kHere}/seeds/${target}`, `${kHere}/regressions/${target}`];
  const folders = [...kept, join(kBuild, 'seeds', target)];
  for (const folder of [corpus, findings]) mkdirSync(folder, { recursive: true });
  const before = new Set(filesIn(findings));
  const args = [
    `-max_total_time=${seconds}`,
    `-max_len=${kLongest[target]}`,
    `-dict=${kHere}/dict/${target}.dict`,
    `-artifact_prefix=${findings}/`,
    '-timeout=20',
    '-rss_limit_mb=1500',
    '-print_final_stats=1',
    '-close_fd_mask=1',
    corpus,
    ...folders.filter(existsSync),
  ];
  const child = spawn(join(kBuild, `fuzz_${target}`), args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, UBSAN_OPTIONS: 'print_stacktrace=1' },
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => (text = (text + chunk).slice(-200_000)));
  const code = await new Promise((resolve) => child.on('close', resolve));
  const stat = (name) => Number(new RegExp(`stat::${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0);
  const found = filesIn(findings).filter((name) => !before.has(name));
  if (code !== 0) {
    const at = text.search(/^(?:claim broken|==\d+==|.*runtime error:)/m);
    say(`\n${target} ended with ${code}:\n${text.slice(Math.max(at, 0)).slice(0, 6_000)}`);
  }
  return {
    target,
    executions: stat('number_of_executed_units'),
    perSecond: stat('average_exec_per_sec'),
    corpus: filesIn(corpus).length,
    added: stat('new_units_added'),
    findings: found.map((name) => join(findings, name)),
    failed: code !== 0,
  };
}

function table(results) {
  const head = ['target', 'executions', 'exec/s', 'corpus', 'new', 'findings'];
  const rows = results.map((one) => [
    one.target,
    one.executions.toLocaleString('en-US'),
    one.perSecond.toLocaleString('en-US'),
    ...[one.corpus, one.added, one.findings.length].map(String),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row) =>
    row.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join('  ');
  return [head, ...rows].map(line).join('\n');
}

function whole(text, name) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Stop(`fuzz: --${name} wants a number`, 2);
  return value;
}

async function main(words) {
  const options = readOptions(
    words,
    {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string' },
      jobs: { type: 'string', default: '1' },
    },
    kHelp,
  );
  if (!options) return 0;
  const seconds = whole(options.seconds, 'seconds');
  const jobs = whole(options.jobs, 'jobs');
  const targets = options.target ? [options.target] : Object.keys(kLongest);
  if (!(targets[0] in kLongest)) throw new Stop(`fuzz: there is no such target\n${kHelp}`, 2);
  setPriority(10);
  build(options.jobs === '1' ? undefined : jobs);
  addSeeds(kRoot, join(kBuild, 'seeds'), kLongest);

  const waiting = [...targets];
  const results = [];
  const work = async () => {
    for (let target = waiting.shift(); target; target = waiting.shift()) {
      say(`fuzz: ${target}, ${seconds} s`);
      results.push(await fuzz(target, seconds));
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  results.sort((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
  console.log(table(results));
  const total = results.reduce((sum, one) => sum + one.executions, 0);
  console.log(`${total.toLocaleString('en-US')} executions in all`);
  for (const path of results.flatMap((one) => one.findings)) console.log(`finding: ${path}`);
  return results.some((one) => one.failed) ? 1 : 0;
}

await runCommand(main);
