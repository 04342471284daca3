// Requests of several sizes, one at a time, answered by a stream of one event.
import { imageOf, textOf } from '../lib/requests.mjs';
import { interleaved, repeat, withConnections } from '../lib/rounds.mjs';
import { quantile, spread } from '../lib/statistics.mjs';

const kMega = 1_000_000;
export const kBodies = [
  { label: '2 KB', request: () => textOf(2_000), count: 100 },
  { label: '100 KB', request: () => textOf(100_000), count: 50 },
  { label: '4 MB', request: () => imageOf(4 * kMega), count: 8 },
  { label: '20 MB', request: () => imageOf(20 * kMega), count: 3 },
];

//   share    of the usual number of requests
//   returns  {label: {name: {cpu_us, total_us}}}, spreads
export async function run({ upstream, targets, rounds, share }) {
  const results = {};
  await upstream.plan({ events: 1 });
  for (const { label, request: make, count } of kBodies) {
    const request = make();
    const requests = Math.ceil(count * share);
    const found = await interleaved(targets, rounds, (target) =>
      withConnections(target, 1, (open) => repeat(target, open, request, requests)));
    results[label] = Object.fromEntries(Object.entries(found).map(([name, list]) => [name, {
      cpu_us: spread(list.map((round) => round.cpu_us)),
      total_us: spread(list.map(({ answers }) =>
        quantile(answers.map((it) => it.total_us), 0.5))),
    }]));
  }
  return results;
}
