// Many long streams at once, for long: does memory stay flat, and is each stream whole?
// Some callers read slowly, so that the proxy has to hold Google back all the time.
//
//   npm run soak -- [--minutes 10] [--streams 100] [--json FILE]
import { writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startGoogle } from '../../tools/google/server.mjs';
import { flatness, textOf } from './lib/flatness.mjs';
import { startProduct } from './lib/product.mjs';
import { makeReaders } from './lib/readers.mjs';

const kHelp = `npm run soak -- [options]

  --minutes N   how long; 10
  --streams N   at the same time; 100, of which each fifth is read slowly
  --json FILE   where the samples go
  --help
`;
// What the last third may have over the first. V8's heap comes and goes, and takes its size in the
// first minutes.
const kMore_mib = 64;
const kWarm_s = 240;
const kMoreWasm_mib = 8;
const kKey = 'soak-key';
const kForbidden = /"trap"|Cannot perform I\/O|hung|Uncaught|exception/i;

// Samples memory each second until the readers are done.
async function sample(product, isOver, log) {
  const samples = [];
  const start = performance.now();
  while (!isOver()) {
    const { resident_mib, wasm_mib, engines } = await product.memory();
    const at_s = (performance.now() - start) / 1000;
    samples.push({ at_s, resident_mib, wasm_mib, engines });
    if (samples.length % 60 === 0) log(`${Math.round(at_s)} s: ${resident_mib.toFixed(1)} MiB`);
    await pause(1000);
  }
  return samples;
}

//   options  {seconds, streams, isSlow?: (number of a stream) => whether it is read slowly, log?}
//   returns  {samples, resident, wasm: of flatness(), streams, events, problems, seconds}
const isFifth = (i) => i % 5 === 4;
export async function runSoak({ seconds, streams, isSlow = isFifth, log = () => {} }) {
  const google = await startGoogle({ eventText: '{user} {i} ä🦀\n', keep: 1 });
  const problems = [];
  const product = await startProduct(
    {
      API_KEY: kKey,
      ACCOUNTS: JSON.stringify([{ refresh_token: 'refresh-a' }, { api_key: 'key-b' }]),
      OAUTH_CLIENT_ID: 'test-client',
      OAUTH_CLIENT_SECRET: 'test-client-secret',
      GEMINI_BASE_URL: google.url,
      OAUTH_BASE_URL: google.url,
    },
    (line) => {
      if (kForbidden.test(line) && problems.length < 10) problems.push(line.slice(0, 500));
    },
  );
  try {
    const readers = makeReaders(product.url, kKey, seconds, isSlow);
    let isOver = false;
    const reading = Promise.all(Array.from({ length: streams }, (_, i) => readers.run(i)))
      .finally(() => (isOver = true));
    reading.catch(() => {}); // awaited below
    const samples = await sample(product, () => isOver, log);
    await reading;
    problems.push(...readers.problems);
    const used = samples.map(({ resident_mib }) => resident_mib);
    const resident = flatness(samples, 'resident_mib', kWarm_s);
    const isLong = samples.at(-1).at_s > 2 * kWarm_s; // else there is nothing but the beginning
    const more_mib = isLong ? kMore_mib : 4 * kMore_mib;
    if (used.every(Number.isFinite) && resident.last - resident.first > more_mib) {
      problems.push(`workerd has grown by ${(resident.last - resident.first).toFixed(1)} MiB`);
    }
    const { engines } = samples.at(-1);
    if (engines !== 1) problems.push(`${engines} instances of the wasm were made`);
    const wasm = flatness(samples, 'wasm_mib', kWarm_s);
    if (wasm.last - wasm.first > (isLong ? kMoreWasm_mib : 4 * kMoreWasm_mib)) {
      problems.push(`the wasm has grown by ${(wasm.last - wasm.first).toFixed(1)} MiB`);
    }
    return { seconds, samples, resident, wasm, ...readers.counts, problems };
  } finally {
    await product.close();
    await google.close();
  }
}

function reportOf({ seconds, resident, wasm, streams, events, problems }) {
  return [
    `${streams} streams with ${events} events in ${Math.round(seconds)} s.`,
    `workerd's resident memory: ${textOf(resident)}`,
    `memory of the wasm: ${textOf(wasm)}`,
    ...problems.map((problem) => `- ${problem}`),
    problems.length === 0 ? 'Every stream is whole, and memory is flat.' : 'WRONG, see above.',
  ].join('\n');
}

async function main() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        streams: { type: 'string', default: '100' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return void console.log(kHelp);
    const [minutes, streams] = [Number(values.minutes), Number(values.streams)];
    if (!(minutes > 0) || !(streams > 0)) throw new Error('--minutes and --streams are numbers');
    const log = (line) => console.error(line);
    const run = await runSoak({ seconds: minutes * 60, streams, log });
    if (values.json) writeFileSync(values.json, `${JSON.stringify(run.samples)}\n`);
    console.log(reportOf(run));
    process.exitCode = run.problems.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(error);
    process.exitCode = 2;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
