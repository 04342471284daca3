// Chance that can be repeated: a number for each question, from a seed.
//   seed     any text
//   returns  {unit(), below(n), between(from, to), chance(percent), pick(list), weighted(table)}
export function randomOf(seed) {
  let state = 2166136261;
  for (const letter of `${seed}`) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  const unit = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 4; i += 1) unit(); // seeds that are alike part here
  const below = (count) => Math.floor(unit() * count);
  return {
    unit,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (percent) => unit() * 100 < percent,
    pick: (list) => list[below(list.length)],
    // [[weight, value], ...]
    weighted: (table) => {
      let left = unit() * table.reduce((sum, [weight]) => sum + weight, 0);
      return (table.find(([weight]) => (left -= weight) < 0) ?? table.at(-1))[1];
    },
  };
}
