// What a run of chaos has found, in words and tables.
import { table } from '../../../bench/lib/tables.mjs';

const kOutcomes = ['whole', 'refused', 'cut', 'left', 'broken'];
const kShown = 20; // failing requests that are printed

function rowOf(name, group) {
  const codes = new Map();
  for (const { code } of group) if (code) codes.set(code, (codes.get(code) ?? 0) + 1);
  const most = [...codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
  const counts = kOutcomes.map((outcome) => group.filter((it) => it.outcome === outcome).length);
  return [name, `${group.length}`, ...counts.map((count) => `${count || ''}`), most.join(', ')];
}

function tableBy(title, results, nameOf) {
  const groups = new Map(results.map((result) => [nameOf(result), []]));
  for (const result of results) groups.get(nameOf(result)).push(result);
  const rows = [...groups].map(([name, group]) => rowOf(name, group));
  rows.sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  return table(title, ['', 'requests', ...kOutcomes, 'codes'], rows);
}

const faultName = ({ plan: { fault } }) =>
  fault ? `${fault.name}${fault.isOnce && !fault.benign ? ', once' : ''}` : '(no fault)';

function failureText({ plan, seen, outcome, code, problems }, { command, linesOf }) {
  const { id, caller, fault, isStreamed, model, says } = plan;
  const said = says.map((it) => `${it.text.length} characters, ${it.finish}`).join('; ');
  return [
    `request ${id}: ${caller}, ${isStreamed ? 'streamed' : 'whole'}, ${model}, fault: ` +
      `${fault ? `${fault.name}${fault.isOnce ? ' once' : ''}` : 'none'}; ${outcome} ${code ?? ''}`,
    ...problems.map((problem) => `  - ${problem}`),
    `  the upstream was asked after ${plan.asked.map(Math.round)} ms and said: ${said || 'nothing'}`,
    `  answer after ${Math.round(seen.ms)} ms: ${seen.status} ${JSON.stringify(seen.text.slice(0, 400))}`,
    ...(linesOf.get(seen.headers?.['x-request-id']) ?? []).map((line) => `  log: ${line}`),
    `  again: ${command} --only ${id}`,
  ].join('\n');
}

// How long answers took from when the stand-in had been asked.
function slowest(results) {
  const time = ({ plan, seen }) => seen.ms - (plan.asked.at(-1) ?? seen.ms);
  const plain = results.filter(({ plan }) => !plan.fault).sort((a, b) => time(b) - time(a));
  return plain.slice(0, 3).map((it) => `${Math.round(time(it))} ms, ${it.plan.caller}`).join('; ');
}

//   run  what runChaos() returns
export function reportOf(run) {
  const { results, failures, problems, memory } = run;
  const lines = [
    tableBy('By fault', results, faultName),
    tableBy('By caller', results, ({ plan }) => plan.caller),
    `${results.length} requests in ${Math.round(run.ms / 1000)} s, seed ${run.seed}: ` +
      `${run.calls} calls and ${run.tokenCalls} token calls to the upstream, ` +
      `${run.faults} requests with one of ${run.kinds} faults, ${run.unlucky} out of luck.`,
    `Slowest without a fault, once the upstream had been asked: ${slowest(results)}.`,
    `workerd: ${memory.map(({ at, resident_mib, wasm_mib }) =>
      `${at} ${resident_mib.toFixed(0)} MiB (wasm ${wasm_mib.toFixed(1)})`).join(', ')}; ` +
      `${memory.at(-1).engines} instances.`,
    `Log: ${[...run.logCounts].map(([ev, count]) => `${ev} ${count}`).join(', ')}.`,
  ];
  for (const failure of failures.slice(0, kShown)) lines.push(failureText(failure, run));
  for (const problem of problems) lines.push(`- ${problem}`);
  const wrong = failures.length + problems.length;
  lines.push(wrong === 0 ? 'Nothing is wrong.'
    : `WRONG: ${failures.length} requests, ${problems.length} findings of the whole.`);
  return lines.join('\n');
}
