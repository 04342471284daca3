// From the start of a process to the end of its first stream, of five events; and the stream after.
// The product finds its access token in KV, like every isolate but the very first.
import { smallStream } from '../lib/requests.mjs';
import { interleaved, withConnections } from '../lib/rounds.mjs';
import { cpu_us } from '../lib/process.mjs';
import { spread } from '../lib/statistics.mjs';
import { startTarget, writeTarget } from '../lib/targets.mjs';

async function startOnce(written) {
  const before = performance.now();
  const target = await startTarget(written);
  try {
    return await withConnections(target, 1, async ([connection]) => {
      await connection.send(smallStream());
      const wall_ms = performance.now() - before;
      const first_us = cpu_us(target.pid);
      const second = await connection.send(smallStream());
      return {
        wall_ms,
        cpu_ms: first_us / 1_000,
        secondWall_ms: second.total_us / 1_000,
        secondCpu_us: cpu_us(target.pid) - first_us,
      };
    });
  } finally {
    await target.close();
  }
}

//   returns  {name: {wall_ms, cpu_ms, secondWall_ms, secondCpu_us}}, spreads
export async function run({ upstream, names, rounds }) {
  await upstream.plan({ events: 5 });
  const all = names.map((name) => writeTarget(name, upstream));
  try {
    for (const written of all) await startOnce(written); // then the token is in KV, and the files in memory
    const found = await interleaved(all, rounds, startOnce);
    return Object.fromEntries(Object.entries(found).map(([name, list]) => [
      name,
      Object.fromEntries(Object.keys(list[0]).map((key) => [
        key,
        spread(list.map((round) => round[key])),
      ])),
    ]));
  } finally {
    for (const written of all) written.remove();
  }
}
