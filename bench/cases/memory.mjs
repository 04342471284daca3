// How much memory a fresh process needs at most, over what it has after a few requests.
import { imageOf, smallStream } from '../lib/requests.mjs';
import { interleaved, repeat, withConnections } from '../lib/rounds.mjs';
import { peak_mib, resetPeak, resident_mib } from '../lib/process.mjs';
import { spread } from '../lib/statistics.mjs';
import { startTarget, writeTarget } from '../lib/targets.mjs';

const kFirstRequests = 5;

async function inFreshProcess(upstream, written, plan, work) {
  const target = await startTarget(written);
  try {
    await upstream.plan({ events: 5 });
    await withConnections(target, 1, (open) => repeat(target, open, smallStream(), kFirstRequests));
    const idle = resident_mib(target.pid);
    await upstream.plan(plan);
    resetPeak(target.pid);
    await work(target);
    return { idle, peak: peak_mib(target.pid) - idle };
  } finally {
    await target.close();
  }
}

//   returns  {name: {idle_mib, streams_mib, image_mib}}, spreads
export async function run({ upstream, names, rounds, streams, events, imageBytes }) {
  const image = imageOf(imageBytes);
  const once = (written) => ({
    streams: () =>
      inFreshProcess(upstream, written, { events, interval_ms: 20 }, (target) =>
        withConnections(target, streams, (open) => repeat(target, open, smallStream(), streams))),
    image: () =>
      inFreshProcess(upstream, written, { events: 1 }, (target) =>
        withConnections(target, 1, (open) => repeat(target, open, image, 1))),
  });
  const all = names.map((name) => writeTarget(name, upstream));
  try {
    const found = await interleaved(all, rounds, async (written) => ({
      streams: await once(written).streams(),
      image: await once(written).image(),
    }));
    return Object.fromEntries(Object.entries(found).map(([name, list]) => [name, {
      idle_mib: spread(list.map((round) => round.streams.idle)),
      streams_mib: spread(list.map((round) => round.streams.peak)),
      image_mib: spread(list.map((round) => round.image.peak)),
    }]));
  } finally {
    for (const written of all) written.remove();
  }
}
