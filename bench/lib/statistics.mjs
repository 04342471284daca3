// Of a list of numbers.
export function quantile(values, share) {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export const median = (values) => quantile(values, 0.5);

// {median, low, high, values}: the middle, the quartiles, and all of them, by round.
export const spread = (values) => ({
  median: median(values),
  low: quantile(values, 0.25),
  high: quantile(values, 0.75),
  values,
});

// How much more one is than the other: the median of the differences within a round, as the machine
// may be slower in one round than in another.
export const excess = (one, other) =>
  median(one.values.map((value, round) => value - other.values[round]));

const kDraws = 300;

// How far `valueOf(results)` would vary from run to run: rounds are drawn again and again from those
// there were, the same ones for all Workers, and the value is computed from each draw.
//   returns  {low, high}; eight of ten draws lie between
export function variation(results, valueOf) {
  let state = 20_261_125; // the same draws for every run
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const drawn = (part, picks) => {
    if (typeof part !== 'object') return part;
    if (!part.values) {
      return Object.fromEntries(Object.entries(part).map(([key, it]) => [key, drawn(it, picks)]));
    }
    const { values } = part;
    return spread(values.map((_, i) => values[Math.floor(picks[i] * values.length)]));
  };
  const found = Array.from({ length: kDraws }, () =>
    valueOf(drawn(results, Array.from({ length: 100 }, random))));
  return { low: quantile(found, 0.1), high: quantile(found, 0.9) };
}
