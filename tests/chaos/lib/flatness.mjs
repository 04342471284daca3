// Whether a row of samples stays on its level.
const medianOf = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const kWarm = 0.4; // of the time at most, in which heaps take their size

// Growth of a straight line through the samples (least squares), a minute.
function slopeOf(points) {
  const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [mean(([at]) => at), mean(([, value]) => value)];
  const spread = points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
  const both = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return (both / spread) * 60;
}

//   samples  [{at_s, <key>}] in order
//   warm_s   of the beginning do not count, where there are more than twice as many
//   returns  {first, last: medians of the first and last third, peak, slope: a minute}
export function flatness(samples, key, warm_s = 0) {
  const from_s = Math.min(warm_s, kWarm * samples.at(-1).at_s);
  const points = samples.filter(({ at_s }) => at_s >= from_s).map((it) => [it.at_s, it[key]]);
  const third = Math.max(1, Math.floor(points.length / 3));
  const median = (part) => medianOf(part.map(([, value]) => value));
  return {
    first: median(points.slice(0, third)),
    last: median(points.slice(-third)),
    peak: Math.max(...samples.map((it) => it[key])),
    slope: slopeOf(points),
  };
}

export const textOf = ({ first, last, peak, slope }) =>
  `first third ${first.toFixed(1)} MiB, last third ${last.toFixed(1)} MiB, ` +
  `peak ${peak.toFixed(1)} MiB, slope ${slope.toFixed(2)} MiB a minute.`;
