// All cases of the benchmark, and how much of each is run.
import * as asked from '../cases/asked.mjs';
import * as bodies from '../cases/bodies.mjs';
import * as burst from '../cases/burst.mjs';
import * as client from '../cases/client.mjs';
import * as cold from '../cases/cold.mjs';
import * as memory from '../cases/memory.mjs';
import * as paced from '../cases/paced.mjs';
import * as size from '../cases/size.mjs';
import * as whole from '../cases/whole.mjs';
import { isLinux } from './process.mjs';
import { startAll } from './rounds.mjs';
import { kTargets } from './targets.mjs';
import { startUpstream } from './upstream.mjs';

const kImageBytes = 20_000_000;

// `size` of a run: full, quick, or smallest, which only shows that everything works.
const kSizes = {
  full: {
    rounds: 15, freshRounds: 3, coldRounds: 15, warmth: 400,
    burst: 20, each5: 150, each20: 45, each100: 17, whole: 200, share: 0.6,
    streams: 100, streamEvents: 50, asked: 50, client_ms: 1_000,
  },
  quick: {
    rounds: 5, freshRounds: 1, coldRounds: 5, warmth: 200,
    burst: 12, each5: 100, each20: 30, each100: 11, whole: 150, share: 0.3,
    streams: 100, streamEvents: 25, asked: 20, client_ms: 500,
  },
  smallest: {
    rounds: 1, freshRounds: 1, coldRounds: 1, warmth: 2,
    burst: 2, each5: 30, each20: 8, each100: 4, whole: 2, share: 0.02,
    streams: 4, streamEvents: 5, asked: 2, client_ms: 30,
  },
};

const each = (interval_ms) => ({
  run: (context, it) => paced.run({ ...context, events: it[`each${interval_ms}`], interval_ms }),
});

// In the order in which they run. `isFresh`: starts processes of its own.
const kCases = {
  burst: { run: (context, it) => burst.run({ ...context, count: it.burst }) },
  'each-5': each(5),
  'each-20': each(20),
  'each-100': each(100),
  client: { run: (context, it) => client.run({ ...context, lasting_ms: it.client_ms }) },
  whole: { run: (context, it) => whole.run({ ...context, count: it.whole }) },
  asked: { run: (context, it) => asked.run({ ...context, count: it.asked }) },
  bodies: { run: (context, it) => bodies.run({ ...context, share: it.share }) },
  memory: {
    isFresh: true,
    needsLinux: true,
    run: (context, it) =>
      memory.run({
        ...context,
        rounds: it.freshRounds,
        streams: it.streams,
        events: it.streamEvents,
        imageBytes: kImageBytes,
      }),
  },
  cold: { isFresh: true, run: (context, it) => cold.run({ ...context, rounds: it.coldRounds }) },
  size: { isFresh: true, run: (context) => size.run(context) },
};

export const kCaseNames = Object.keys(kCases);

// Runs the named cases.
//   rounds   instead of what belongs to the size
//   onCase   told (name, results) as soon as a case is done
//   returns  {case: results}
export async function runCases(names, { size: sizeName, rounds, onCase = () => {} }) {
  const it = { ...kSizes[sizeName] };
  if (rounds) Object.assign(it, { rounds, freshRounds: rounds, coldRounds: rounds });
  const chosen = Object.entries(kCases).filter(
    ([name, { needsLinux }]) => names.includes(name) && (isLinux || !needsLinux),
  );
  const upstream = await startUpstream();
  let started;
  const results = {};
  try {
    for (const isFresh of [false, true]) {
      for (const [name, one] of chosen.filter(([, one]) => Boolean(one.isFresh) === isFresh)) {
        if (!isFresh) started ??= await startAll(upstream, it.warmth);
        const { targets } = started ?? {};
        results[name] = await one.run({ upstream, targets, names: kTargets, rounds: it.rounds }, it);
        onCase(name, results[name]);
      }
      await started?.close(); // those that measure a start are alone
      started = undefined;
    }
  } finally {
    await started?.close();
    upstream.close();
  }
  return results;
}
