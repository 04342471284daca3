// Reads what llvm-cov and the counters in the shim have counted and prints lines and branches by folder; ends with 1 if a
// bound is not met.
//   node scripts/coverage.mjs <folder> [--missed]
//     folder    with cpp.json (llvm-cov export) and the shim's counts in shim/
//     --missed  also each line, and each way out of a branch, that no test has taken
//
// A branch is a condition with its two ways out. In an inlined function, a template or a macro it
// counts once for each place in the source where it stands, however often it was compiled.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const kRoot = fileURLToPath(new URL('..', import.meta.url));
const kLeast = { lines: 98, ways: 95 }; // percent, of C++ and of the shim
// What stands between the world and memory, keys or money: every branch.
const kWhole = [
  /^wasm\/json\/(cursor|index)\./,
  /^wasm\/sse\/event_reader\./,
  /^wasm\/gemini\/models\./, // names of models that become part of a URL
  /^wasm\/gateway\/config\./, // base URLs
  /^wasm\/base\/image_url\./,
  /^wasm\/gateway\/caller_auth\./,
  /^wasm\/base\/redact\./,
];

// --- C++ ---

function groupBy(list, keyOf) {
  const groups = new Map();
  for (const item of list) {
    const key = keyOf(item);
    if (groups.has(key)) groups.get(key).push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

// Lines with their counts, from the segments of a file; as in LLVM's LineCoverageStats.
//   segment  [line, column, count, has a count, begins a region, is a gap]
function linesOf(segments) {
  const lines = [];
  const byLine = groupBy(segments, ([line]) => line);
  const last = segments.at(-1)?.[0] ?? 0;
  let wrapped; // the segment that goes on from the line before
  for (let line = segments[0]?.[0]; line <= last; ++line) {
    const here = byLine.get(line) ?? [];
    const starts = here.filter(([, , , counted, entry, gap]) => counted && entry && !gap);
    const skipped = here.length > 0 && !here[0][3] && here[0][4];
    if (!skipped && (wrapped?.[3] || starts.length > 0)) {
      const counts = starts.map(([, , count]) => count);
      lines.push({ line, what: 'line', count: Math.max(wrapped?.[2] ?? 0, ...counts) });
    }
    wrapped = here.at(-1) ?? wrapped;
  }
  return lines;
}

// Branches that are none: the compiler's own.
//   - A condition that is known when it compiles (`if constexpr`) has no count for either way.
//   - A switch over an enum that names all its values has a hidden default. That it names them all
//     is checked by -Wswitch; a switch over anything else has a default to be seen.
function isPhantom({ source, line, column, text, yes, no }) {
  const before = source[line - 1].slice(0, column - 1);
  if (yes + no === 0 && (before.endsWith('constexpr (') || /^(true|k[A-Z]\w*)$/.test(text))) {
    return true;
  }
  const isSwitch = before.endsWith('switch (');
  const label = /^\s*case (.*)/.exec(source[line])?.[1] ?? '';
  return isSwitch && yes === 0 && !/^['\d]/.test(label);
}

// Ways out of conditions with their counts.
//   branch  [line, column, end line, end column, count of true, count of false, ...]
function waysOf({ branches, expansions }, source) {
  const found = new Map();
  const read = (list, macro) => {
    for (const [line, column, endLine, endColumn, yes, no] of list) {
      const key = `${macro ?? ''} ${line}:${column}-${endLine}:${endColumn}`;
      const known = found.get(key) ?? { line, column, macro, yes: 0, no: 0 };
      const end = line === endLine ? endColumn - 1 : undefined;
      const text = macro ? 'in a macro' : source[line - 1].slice(column - 1, end);
      found.set(key, { ...known, text, yes: known.yes + yes, no: known.no + no });
    }
  };
  read(branches);
  for (const { source_region: at, branches: inside } of expansions) read(inside, at);
  const ways = [];
  for (const { macro, line, column, text, yes, no } of found.values()) {
    if (!macro && isPhantom({ source, line, column, text, yes, no })) continue;
    const at = macro?.[0] ?? line;
    ways.push({ line: at, what: `${text} is true`, count: yes });
    ways.push({ line: at, what: `${text} is false`, count: no });
  }
  return ways;
}

function readCpp(path) {
  const { data } = JSON.parse(readFileSync(path, 'utf8'));
  const files = data[0].files
    .map((file) => ({ ...file, filename: resolve(file.filename) }))
    .filter(({ filename }) => filename.startsWith(`${kRoot}wasm/`));
  return files.map(({ filename, segments, ...conditions }) => ({
    path: relative(kRoot, filename),
    lines: linesOf(segments),
    ways: waysOf(conditions, readFileSync(filename, 'utf8').split('\n')),
  }));
}

// --- The shim ---

// Adds up what the test processes have written (tests/worker/fixture/shim_counts.mjs).
function readShim(folder) {
  const sums = new Map(); // by path: [line, what, count] of each counter
  for (const name of readdirSync(folder)) {
    for (const { path, counts } of JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))) {
      const sum = sums.get(path) ?? counts.map(([line, what]) => [line, what, 0]);
      counts.forEach(([, , count], id) => (sum[id][2] += count));
      sums.set(path, sum);
    }
  }
  return [...sums].map(([path, counters]) => {
    const found = counters.map(([line, what, count]) => ({ line, what, count }));
    const isLine = ({ what }) => what === 'line';
    return { path, lines: found.filter(isLine), ways: found.filter((it) => !isLine(it)) };
  });
}

// --- The table ---

const taken = (list) => list.filter(({ count }) => count > 0).length;
const percent = (list) => (list.length === 0 ? 100 : (100 * taken(list)) / list.length);
const all = (files, key) => files.flatMap((file) => file[key]);

function row(name, files) {
  const cells = ['lines', 'ways'].map((key) => {
    const list = all(files, key);
    const share = `${percent(list).toFixed(1)} %`;
    return share.padStart(9) + `${taken(list)}/${list.length}`.padStart(11);
  });
  return `${name.padEnd(26)} ${cells.join('  ')}`;
}

function missed({ path, lines, ways }) {
  return [...lines, ...ways]
    .filter(({ count }) => count === 0)
    .sort((a, b) => a.line - b.line)
    .map(({ line, what }) => `${path}:${line}: ${what}`);
}

function tableOf(name, files) {
  const folders = groupBy(files, ({ path }) => dirname(path));
  const rows = [...folders.keys()].sort().map((folder) => row(folder, folders.get(folder)));
  return [...rows, row(name, files)];
}

function problemsOf(name, files) {
  const problems = [];
  for (const [key, least] of Object.entries(kLeast)) {
    const share = percent(all(files, key));
    const what = key === 'ways' ? 'branches' : key;
    if (share < least) problems.push(`${name}: ${share.toFixed(2)} % of ${what}, below ${least} %`);
  }
  for (const { path, ways } of files) {
    const left = ways.length - taken(ways);
    const isWhole = kWhole.some((pattern) => pattern.test(path));
    if (isWhole && left > 0) problems.push(`${path}: ${left} branches are not taken, all must be`);
  }
  return problems;
}

const [folder, option] = process.argv.slice(2);
const languages = [
  ['wasm/ together', `${folder}/cpp.json`, readCpp],
  ['js-shim/ together', `${folder}/shim`, readShim],
].filter(([, path]) => existsSync(path));
if (languages.length === 0) {
  console.error(`coverage: nothing was counted in ${folder} yet`);
  process.exit(2);
}
console.log(`${''.padEnd(26)} ${'lines'.padStart(20)}  ${'branches'.padStart(20)}`);
const problems = [];
for (const [name, path, read] of languages) {
  const files = read(path);
  console.log(tableOf(name, files).join('\n'));
  if (option === '--missed') console.log(files.flatMap(missed).join('\n'));
  problems.push(...problemsOf(name, files));
}
for (const problem of problems) console.error(`coverage: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
