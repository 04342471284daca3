// Sixteen streams at once, with an event each so often. CPU is counted while all of them run, from
// each one's second event until the first ends: what a stream costs to begin is the burst's.
import { smallStream } from '../lib/requests.mjs';
import { interleaved, withConnections } from '../lib/rounds.mjs';
import { cpu_us } from '../lib/process.mjs';
import { quantile, spread } from '../lib/statistics.mjs';

export const kStreams = 16;
const kBegun = 2;

async function measure(target, request, { streams, events, interval_ms }) {
  const delays = [];
  const counts = new Array(streams).fill(0);
  let window; // {cpu, seen} when all had begun
  let cost;
  let seen = 0;
  const onStamp = (index) => (sent_us, received_us) => {
    counts[index] += 1;
    seen += 1;
    delays.push(received_us - sent_us);
    if (!window && counts[index] >= kBegun && Math.min(...counts) >= kBegun) {
      window = { cpu: cpu_us(target.pid), seen };
    } else if (window && !cost && counts[index] === events) {
      cost = (cpu_us(target.pid) - window.cpu) / (seen - window.seen);
    }
  };
  const answers = await withConnections(target, streams, (connections) =>
    Promise.all(connections.map(async (connection, index) => {
      // Not all in step.
      await new Promise((done) => setTimeout(done, (index * interval_ms) / streams));
      return connection.send(request, { onStamp: onStamp(index) });
    })));
  return { cpu_us: cost, delays, first: answers.map(({ first_us }) => first_us) };
}

//   returns  {name: {cpu_us, p50_us, p90_us, p99_us, first_us}}, spreads
export async function run({ upstream, targets, rounds, events, interval_ms, streams = kStreams }) {
  const request = smallStream();
  await upstream.plan({ events, interval_ms });
  const found = await interleaved(targets, rounds, (target) =>
    measure(target, request, { streams, events, interval_ms }));
  return Object.fromEntries(Object.entries(found).map(([name, list]) => {
    const delay = (share) => spread(list.map(({ delays }) => quantile(delays, share)));
    return [name, {
      cpu_us: spread(list.map((round) => round.cpu_us)),
      p50_us: delay(0.5),
      p90_us: delay(0.9),
      p99_us: delay(0.99),
      first_us: spread(list.map(({ first }) => quantile(first, 0.5))),
    }];
  }));
}
