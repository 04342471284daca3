// Small answers that are not streamed, at several numbers of connections.
import { smallWhole } from '../lib/requests.mjs';
import { interleaved, repeat, withConnections } from '../lib/rounds.mjs';
import { quantile, spread } from '../lib/statistics.mjs';

export const kConnections = [1, 16, 64];
const kMore = 5; // requests, if there are more connections

//   returns  {connections: {name: {cpu_us, rps, p50_us, p99_us}}}, spreads
export async function run({ upstream, targets, rounds, count }) {
  const request = smallWhole();
  const results = {};
  await upstream.plan({ whole: true });
  for (const connections of kConnections) {
    const requests = Math.max(connections, connections === 1 ? count : kMore * count);
    const found = await interleaved(targets, rounds, (target) =>
      withConnections(target, connections, (open) => repeat(target, open, request, requests)));
    results[connections] = Object.fromEntries(Object.entries(found).map(([name, list]) => {
      const time = (share) =>
        spread(list.map(({ answers }) => quantile(answers.map((it) => it.total_us), share)));
      return [name, {
        cpu_us: spread(list.map((round) => round.cpu_us)),
        rps: spread(list.map(({ wall_us }) => 1e6 / wall_us)),
        p50_us: time(0.5),
        p99_us: time(0.99),
      }];
    }));
  }
  return results;
}
