// Results as tables in Markdown. A number of which there are several is their median; where it
// matters the quartiles stand behind it.
import { excess } from './statistics.mjs';
import { kFloor } from './targets.mjs';

const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

export const numberText = (value) =>
  value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits(value));

const withSpread = ({ median, low, high }) =>
  Number.isNaN(median)
    ? '-'
    : `${numberText(median)} (${numberText(low)} to ${numberText(high)})`;

export function table(title, head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [`## ${title}`, line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

// A table with a line for each Worker.
//   columns  [heading, key of the result, how]; how: undefined the median, 'spread', 'over' the
//            floor, 'number' if it is one
function tableOf(title, results, columns) {
  const cell = (result, [, key, how]) => {
    const value = result[key];
    if (how === 'spread') return withSpread(value);
    if (how === 'over') return numberText(excess(value, results[kFloor][key]));
    return numberText(how === 'number' ? value : value.median);
  };
  const rows = Object.entries(results).map(([name, result]) => [
    name,
    ...columns.map((column) => cell(result, column)),
  ]);
  return table(title, ['Worker', ...columns.map(([heading]) => heading)], rows);
}

const pacedTable = (interval_ms) => (results) =>
  tableOf(
    `16 streams, an event each ${interval_ms} ms: CPU of an event, and its delay from the ` +
      'upstream\'s write to the client\'s read (us)',
    results,
    [
      ['CPU per event', 'cpu_us', 'spread'],
      ['over floor', 'cpu_us', 'over'],
      ['delay p50', 'p50_us', 'spread'],
      ['p90', 'p90_us'],
      ['p99', 'p99_us'],
      ['p50 over floor', 'p50_us', 'over'],
      ['first content', 'first_us'],
    ],
  );

const kTables = {
  burst: (results) =>
    tableOf('A stream in one burst, one at a time: CPU (us)', results, [
      ['1 event', 'e1'],
      ['50 events', 'e50'],
      ['250 events', 'e250'],
      ['per event', 'event', 'spread'],
      ['per event over floor', 'event', 'over'],
      ['1 event over floor', 'e1', 'over'],
      ['first content p50', 'first_us', 'spread'],
      ['250 events p50', 'total_us'],
    ]),
  'each-5': pacedTable(5),
  'each-20': pacedTable(20),
  'each-100': pacedTable(100),
  client: (results) =>
    table(
      'The official client, one stream: from the upstream\'s write to the caller\'s hands (us)',
      ['an event each', 'events', 'p50', 'p99', 'latest'],
      Object.entries(results).map(([interval_ms, { events, p50_us, p99_us, latest_us }]) =>
        [`${interval_ms} ms`, events, ...[p50_us, p99_us, latest_us].map(numberText)]),
    ),
  whole: (results) =>
    Object.entries(results)
      .map(([connections, them]) =>
        tableOf(`Small whole answers, connections: ${connections}`, them, [
          ['requests/s', 'rps', 'spread'],
          ['CPU us per request', 'cpu_us', 'spread'],
          ['over floor', 'cpu_us', 'over'],
          ['p50 us', 'p50_us'],
          ['p99 us', 'p99_us'],
        ]))
      .join('\n'),
  bodies: (results) =>
    Object.entries(results)
      .map(([size, them]) =>
        tableOf(`A body of ${size}, a stream of one event as answer (us)`, them, [
          ['CPU per request', 'cpu_us', 'spread'],
          ['over floor', 'cpu_us', 'over'],
          ['time p50', 'total_us'],
        ]))
      .join('\n'),
  asked: (results) =>
    tableOf('What one request asks for when the Worker is warm', results, [
      ['model calls', 'requests', 'number'],
      ['token calls', 'tokens', 'number'],
      ['KV reads', 'kvReads', 'number'],
      ['KV writes', 'kvWrites', 'number'],
    ]),
  memory: (results) =>
    tableOf('Memory of a fresh process (MiB; peaks are over idle)', results, [
      ['idle (after 5 requests)', 'idle_mib'],
      ['peak: 100 streams', 'streams_mib', 'spread'],
      ['peak: one image of 20 MB', 'image_mib', 'spread'],
    ]),
  cold: (results) =>
    tableOf('Cold start: process start to end of the first stream, of 5 events', results, [
      ['ms', 'wall_ms', 'spread'],
      ['CPU ms', 'cpu_ms', 'spread'],
      ['ms over floor', 'wall_ms', 'over'],
      ['CPU ms over floor', 'cpu_ms', 'over'],
      ['2nd stream ms', 'secondWall_ms'],
      ['2nd stream CPU us', 'secondCpu_us'],
    ]),
  size: (results) =>
    tableOf('Upload (KiB; gzip -9 of each file)', results, [
      ['raw', 'raw_kib', 'number'],
      ['gzip', 'gzip_kib', 'number'],
    ]),
};

export const tableOfCase = (name, results) => kTables[name](results);
