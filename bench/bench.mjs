// What the product costs on workerd, beside three Workers of our own that share its upstream, its
// client and the minute: passthrough (the floor), js-pump and js-translate (bench/workers).
//
//   npm run bench
//   npm run bench -- --quick
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { marksOf, marksTable } from './lib/marks.mjs';
import { isLinux } from './lib/process.mjs';
import { kCaseNames, runCases } from './lib/run.mjs';
import { pictureOf } from './lib/svg.mjs';
import { tableOfCase } from './lib/tables.mjs';
import { product, workerdVersion } from './lib/targets.mjs';

const kHelp = `npm run bench -- [options]

  --quick        fewer and shorter rounds, done in two minutes
  --case NAME    only this one; may be given several times:
                 ${kCaseNames.join(' ')}
  --rounds N     how often each Worker's turn comes
  --json FILE    where all numbers go; build/bench.json
  --svg FILE     draws the essential ones as a picture
  --shim FOLDER  another js-shim/ to measure
  --wasm FILE    another proxy.wasm to measure
  --help
`;

const kDefaultJson = fileURLToPath(new URL('../build/bench.json', import.meta.url));

function optionsOf() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      case: { type: 'string', multiple: true, default: kCaseNames },
      rounds: { type: 'string' },
      json: { type: 'string', default: kDefaultJson },
      svg: { type: 'string' },
      shim: { type: 'string' },
      wasm: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const unknown = values.case.find((name) => !kCaseNames.includes(name));
  if (unknown) throw new Error(`there is no case '${unknown}'; there are: ${kCaseNames.join(' ')}`);
  if (values.rounds !== undefined && !/^[1-9]\d*$/.test(values.rounds)) {
    throw new Error(`--rounds: '${values.rounds}' is not a number of rounds`);
  }
  return values;
}

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  system: `${process.platform} ${release()}`,
  node: process.version,
  workerd: workerdVersion,
});

function save(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

async function main() {
  const options = optionsOf();
  if (options.help) return void process.stdout.write(kHelp);
  if (options.shim) product.shim = options.shim;
  if (options.wasm) product.wasm = options.wasm;
  const where = machine();
  const today = new Date().toISOString().slice(0, 10);
  const note = `workerd ${where.workerd}, ${where.cores} cores, ${today}: npm run bench`;
  console.log(`${where.cpu}, ${note}\n`);
  if (!isLinux) {
    console.log('CPU and memory of a process are read from /proc, which only Linux has: they are\n' +
      'left out here, and with them most of the marks.\n');
  }
  const size = options.quick ? 'quick' : 'full';
  const results = await runCases(options.case, {
    size,
    rounds: Number(options.rounds ?? 0),
    onCase: (name, found) => console.log(tableOfCase(name, found)),
  });
  const marks = marksOf(results);
  if (marks.length > 0) console.log(marksTable(marks));
  const all = { date: today, machine: where, size, results, marks };
  save(options.json, `${JSON.stringify(all, null, 2)}\n`);
  if (options.svg) save(options.svg, pictureOf(results, note));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => process.exit(130)); // lib/targets.mjs ends what was started
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
