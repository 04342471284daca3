// What the product is to reach, as ratios within one run, so that they hold on any machine.
import { excess, variation } from './statistics.mjs';
import { kFloor, kOurs, kPump, kTranslate } from './targets.mjs';
import { numberText, table } from './tables.mjs';

const over = (results, key, name) => excess(results[name][key], results[kFloor][key]);
const overRatio = (key, other) => (results) =>
  over(results, key, kOurs) / over(results, key, other);
const ratio = (key, other) => (results) => results[kOurs][key].median / results[other][key].median;
const at = (part, value) => (results) => value(results[part]);

// [what, of which case, value of its results, most it may be, in what]
const kMarks = [
  ['burst, CPU per event over floor', 'burst', overRatio('event', kTranslate), 0.25, kTranslate],
  ['each 5 ms, CPU per event over floor', 'each-5', overRatio('cpu_us', kPump), 0.6, kPump],
  ['each 100 ms, CPU per event over floor', 'each-100', overRatio('cpu_us', kPump), 1.1, kPump],
  ['each 100 ms, delay p50 over floor', 'each-100', overRatio('p50_us', kPump), 1.1, kPump],
  ['official client, latest event of all', 'client',
    (results) => Math.max(...Object.values(results).map(({ latest_us }) => latest_us)) / 1_000,
    25, 'ms'],
  ['first content byte', 'burst', ratio('first_us', kPump), 1.1, kPump],
  ['small whole answer, CPU over floor, 1 connection', 'whole',
    at(1, overRatio('cpu_us', kTranslate)), 1.1, kTranslate],
  ['small whole answer, CPU over floor, 64 connections', 'whole',
    at(64, overRatio('cpu_us', kTranslate)), 1.1, kTranslate],
  ['body of 2 KB, CPU over floor', 'bodies', at('2 KB', overRatio('cpu_us', kPump)), 1.2, kPump],
  ['body of 100 KB, CPU over floor', 'bodies', at('100 KB', overRatio('cpu_us', kPump)), 1.2, kPump],
  ['body of 4 MB, CPU over floor', 'bodies', at('4 MB', overRatio('cpu_us', kPump)), 1, kPump],
  ['image of 20 MB, peak memory over idle', 'memory',
    (results) => results[kOurs].image_mib.median, 40, 'MiB'],
  ['cold start, CPU over floor', 'cold', (results) => over(results, 'cpu_ms', kOurs), 6, 'ms'],
  ['upload', 'size', (results) => results[kOurs].gzip_kib, 100, 'KiB gzip'],
];

// The marks of the cases that were run.
//   returns  [{label, value, low, high, limit, unit, held}]; low, high: see variation(); held is
//            undefined if the value could not be measured
export function marksOf(results) {
  return kMarks
    .filter(([, name]) => results[name])
    .map(([label, name, valueOf, limit, unit]) => {
      const value = valueOf(results[name]);
      const isRatio = unit === kPump || unit === kTranslate;
      return {
        label,
        value,
        ...variation(results[name], valueOf),
        limit,
        unit: isRatio ? `x ${unit}` : unit,
        held: Number.isFinite(value) ? value <= limit : undefined,
      };
    });
}

export function marksTable(marks) {
  const verdict = { true: 'held', false: 'NOT held', undefined: 'not measured' };
  const rows = marks.map(({ label, value, low, high, limit, unit, held }) => [
    label,
    `${numberText(value)} ${unit}`,
    `${numberText(low)} to ${numberText(high)}`,
    `at most ${limit}`,
    verdict[held],
  ]);
  return table('Marks', ['case', 'measured', 'varies', 'mark', ''], rows);
}
