// Many callers of all kinds at once, while a good part of what the upstream does goes wrong: is
// each answered in exactly one way, with its own words and no secret, and does the Worker stay
// whole? The product is the real one on workerd, the upstream is the stand-in for Google.
//
//   npm run chaos -- [--requests 10000] [--at-once 64] [--share 30] [--seed N] [--only ID,ID]
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultModels } from '../../tools/google/families.mjs';
import { startGoogle } from '../../tools/google/server.mjs';
import { makeAccounts } from './lib/accounts.mjs';
import { makeCallers } from './lib/callers.mjs';
import { judge } from './lib/checks.mjs';
import { kFaults } from './lib/faults.mjs';
import { makeLogs } from './lib/logs.mjs';
import { planOf } from './lib/plan.mjs';
import { startProduct } from './lib/product.mjs';
import { randomOf } from './lib/random.mjs';
import { reportOf } from './lib/report.mjs';
import { makeSecrets } from './lib/secrets.mjs';
import { makeUpstream } from './lib/upstream.mjs';

const kHelp = `npm run chaos -- [options]

  --requests N   how many; 10000
  --at-once N    of them at the same time; 64
  --share N      percent of them with a fault of the upstream; 30
  --seed N       of all chance; another one each time
  --only ID,ID   only these requests of the run
  --help
`;
const kKvFaults = 20; // percent of the operations
const kEvent_ms = 2; // between events of the stand-in
const kSettle_ms = 30_000;
// What workerd itself keeps of a request and its call: a Worker that only passes on grows by some
// 27 KiB each time (measured), and V8 takes its time.
const kOfRequest_kib = 64;
const kMoreMemory_mib = 96;

function settingsOf(secrets, accounts, google) {
  const keys = [secrets.make('API key'), secrets.make('second API key')];
  return {
    keys: { good: keys, bad: [`${keys[0]}x`, keys[1].slice(0, -1), 'none', `${keys[0]} `.repeat(2)] },
    settings: {
      API_KEY: JSON.stringify(keys),
      OAUTH_CLIENT_ID: 'test-client',
      OAUTH_CLIENT_SECRET: secrets.make('client secret'),
      AI_GATEWAY_TOKEN: secrets.make('gateway token'),
      ACCOUNTS: JSON.stringify(accounts.entries),
      GEMINI_BASE_URL: google.url,
      OAUTH_BASE_URL: google.url,
      VERTEX_BASE_URL: google.url,
      CODE_ASSIST_BASE_URL: google.url,
      ENABLE_CODE_ASSIST: '1',
      UPSTREAM_TIMEOUT_MS: '15000',
      UPSTREAM_IDLE_MS: '12000',
      KV_FAULTS: `${kKvFaults}`,
    },
  };
}

// Sends all that is planned, so many at once.
async function sendAll(plans, atOnce, send) {
  const queue = plans.values();
  const worker = async () => {
    for (const plan of queue) await send(plan);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

// Waits until each call to the upstream has ended in some way.
//   returns  what was not closed
async function untilClosed(plans) {
  const isOpen = (record) => !record.finished && !record.closedEarly && !record.brokenByScript;
  const open = () => plans.filter(({ records }) => records.some(isOpen));
  for (const end = Date.now() + kSettle_ms; open().length > 0 && Date.now() < end; ) await pause(100);
  return open();
}

// Whether each answer has one line in the log that says the same.
function unlogged(results, { ofRequest }) {
  const problems = [];
  for (const { plan, seen, outcome, code } of results) {
    if (seen.status === undefined || plan.elsewhere) continue;
    const line = ofRequest.get(seen.headers['x-request-id']);
    if (!line) problems.push(`request ${plan.id} has no line in the log`);
    else if (outcome === 'whole' && line.code !== undefined && line.code !== '') {
      problems.push(`request ${plan.id} is whole, but the log says ${line.code}`);
    } else if (code && line.code !== code) {
      problems.push(`request ${plan.id} got ${code}, but the log says ${line.code}`);
    }
  }
  return problems;
}

// Takes what is no failure out of the results: a request whose attempts, or accounts to ask for a
// token, were used up by accounts that cannot serve.
//   returns  how many
function excuse(results, { linesOf }) {
  const isRefused = (line) =>
    /"failover".*"(?:token_refresh_failed|all_accounts_dead)"/.test(line);
  let count = 0;
  for (const result of results) {
    if (!result.misfit) continue;
    const { plan, seen } = result;
    const lines = linesOf.get(seen.headers['x-request-id']) ?? [];
    const spoilt = plan.accountFaults + lines.filter(isRefused).length;
    // Of four attempts a fault that stays takes the others.
    const isUnlucky = result.mayBeUnlucky && spoilt >= (plan.fault?.isOnce === false ? 1 : 2);
    if (isUnlucky) count += 1;
    else result.problems.push(result.misfit);
  }
  return count;
}

// KV holds what it should, and no secret but access tokens.
function problemsOfKv(kv, secrets) {
  const problems = [];
  for (const [name, value] of Object.entries(kv)) {
    if (!/^(?:token|dead|cool|refresh|project)_\d+$/.test(name)) problems.push(`KV has a key ${name}`);
    for (const secret of secrets.in(value)) {
      const mayHave = secret === 'access token' || name.startsWith('refresh_');
      if (!mayHave) problems.push(`KV has the secret "${secret}" at ${name}`);
    }
  }
  return problems;
}

function problemsOfMemory(memory, requests) {
  const [early, late] = [memory[1], memory.at(-1)];
  const problems = [];
  const more = late.resident_mib - early.resident_mib;
  if (more > kMoreMemory_mib + (requests * kOfRequest_kib) / 1024) {
    problems.push(`workerd has ${Math.round(more)} MiB more than early in the run`);
  }
  return problems;
}

//   options  {requests, atOnce, share, seed, only?: numbers, log?: called with progress}
//   returns  what reportOf() takes; nothing is wrong if `failures` and `problems` are empty
export async function runChaos({ requests, atOnce, share, seed, only, log = () => {} }) {
  const random = randomOf(`${seed}`);
  const secrets = makeSecrets(random);
  const accounts = makeAccounts(secrets.make);
  const ids = only ?? Array.from({ length: requests }, (_, i) => i);
  const plans = ids.map((id) => planOf(seed, id, share));
  const own = plans.filter(({ fault }) => fault?.own).map(({ model }) => model);
  const google = await startGoogle({
    eventDelayMs: kEvent_ms,
    keep: 1,
    models: [...defaultModels, ...own],
    serviceAccounts: accounts.serviceAccounts,
  });
  const upstream = makeUpstream(new Map(plans.map((plan) => [plan.id, plan])), accounts, random);
  google.script(upstream.script);
  const logs = makeLogs(secrets);
  const { keys, settings } = settingsOf(secrets, accounts, google);
  const product = await startProduct(settings, logs.heard);
  const callers = makeCallers(product.url, keys);
  const results = [];
  const memory = [];
  const look = async (at) => memory.push({ at, ...(await product.memory()) });
  const start = performance.now();
  const problems = [];
  try {
    await look('before');
    await sendAll(plans, atOnce, async (plan) => {
      const seen = await callers.send(plan);
      const result = { plan, seen, ...judge(plan, seen, secrets) };
      if (result.problems.length === 0 && !result.misfit) seen.text = ''; // there are many
      results.push(result);
      if (results.length === Math.ceil(plans.length / 4)) await look('after a quarter');
      if (results.length % 1000 === 0) {
        const { resident_mib, files } = await product.memory();
        log(`${results.length} of ${plans.length}, ${Math.round(resident_mib)} MiB, ${files} files`);
      }
    });
    callers.close();
    for (const plan of await untilClosed(plans)) {
      problems.push(`request ${plan.id} (${plan.caller}): its call to the upstream is still open`);
    }
    await look('after');
    problems.push(...problemsOfKv(await product.kv(), secrets));
  } finally {
    callers.close();
    await product.close();
    await google.close();
  }
  const unlucky = excuse(results, logs);
  if (unlucky > Math.max(3, plans.length / 100)) problems.push(`${unlucky} requests were out of luck`);
  problems.push(...upstream.problems, ...logs.problems(), ...unlogged(results, logs));
  problems.push(...problemsOfMemory(memory, plans.length));
  return {
    seed,
    results,
    problems,
    memory,
    unlucky,
    failures: results.filter((result) => result.problems.length > 0),
    ms: performance.now() - start,
    calls: upstream.calls(),
    tokenCalls: upstream.tokenCalls(),
    faults: plans.filter(({ fault }) => fault).length,
    kinds: new Set(plans.map(({ fault }) => fault?.name).filter(Boolean)).size,
    allKinds: Object.keys(kFaults).length,
    logCounts: logs.counts,
    linesOf: logs.linesOf,
    command: `npm run chaos -- --requests ${requests} --share ${share} --seed ${seed}`,
  };
}

function optionsOf(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      requests: { type: 'string', default: '10000' },
      'at-once': { type: 'string', default: '64' },
      share: { type: 'string', default: '30' },
      seed: { type: 'string', default: `${Date.now() % 1e6}` },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const number = (name) => {
    if (!/^\d+$/.test(values[name])) throw new Error(`--${name}: '${values[name]}' is no number`);
    return Number(values[name]);
  };
  return {
    help: values.help,
    requests: number('requests'),
    atOnce: number('at-once'),
    share: number('share'),
    seed: values.seed,
    only: values.only?.split(',').map(Number),
  };
}

async function main() {
  try {
    const options = optionsOf(process.argv.slice(2));
    if (options.help) return void console.log(kHelp);
    const run = await runChaos({ ...options, log: (line) => console.error(line) });
    console.log(reportOf(run));
    process.exitCode = run.failures.length + run.problems.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(error);
    process.exitCode = 2;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
