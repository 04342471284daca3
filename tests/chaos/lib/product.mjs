// The product on workerd with everything watched: what workerd prints, its memory, the wasm's.
// front.mjs stands before the shim; it makes KV fail and tells of the wasm's memory.
import childProcess from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { workerConfig } from '../../../scripts/lib/local_worker.mjs';

const kFront = 'tests/chaos/lib/front.mjs';
const kFrontFile = fileURLToPath(new URL('front.mjs', import.meta.url));

// Miniflare keeps what looks like a stack trace of workerd to itself; here all of it counts.
function watchProcesses(heard) {
  const { spawn } = childProcess;
  const started = [];
  childProcess.spawn = (command, ...rest) => {
    const child = spawn(command, ...rest);
    if (!/workerd/.test(command)) return child;
    started.push(child);
    for (const stream of [child.stdout, child.stderr]) {
      let text = '';
      stream?.on('data', (piece) => {
        const lines = (text + piece).split('\n');
        text = lines.pop();
        lines.filter(Boolean).forEach(heard);
      });
    }
    return child;
  };
  return { started, stop: () => (childProcess.spawn = spawn) };
}

// A line of workerd: a message of the Worker's console, or one of workerd's own.
function messageOf(line) {
  try {
    const { timestamp, message } = JSON.parse(line);
    if (timestamp !== undefined && typeof message === 'string') return message;
  } catch {
    // its own
  }
  return line;
}

//   settings  variables and secrets
//   heard     called with each line that workerd or the Worker prints
//   returns   {url, memory(): {resident_mib, files, wasm_mib, engines}, kv(): {name: text}, close()}
export async function startProduct(settings, heard) {
  const { started, stop } = watchProcesses((line) => heard(messageOf(line)));
  const config = workerConfig(settings);
  const { manifest } = config;
  manifest.modules[kFront] = { type: 'esm', contents: readFileSync(kFrontFile, 'utf8') };
  manifest.mainModule = kFront;
  const mf = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    handleStructuredLogs: () => {},
    workers: [{ config }],
  });
  const url = await mf.ready;
  stop();
  return {
    url,
    async memory() {
      const wasm = await (await fetch(new URL('/chaos/memory', url))).json();
      return { ...systemsViewOf(started.at(-1).pid), ...wasm };
    },
    async kv() {
      const namespace = await mf.getKVNamespace('TOKEN_CACHE');
      const { keys } = await namespace.list();
      const values = keys.map(async ({ name }) => [name, await namespace.get(name)]);
      return Object.fromEntries(await Promise.all(values));
    },
    close: () => mf.dispose(),
  };
}

// Resident memory and open files (connections are some); NaN where there is no /proc.
function systemsViewOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const resident_mib = Number(/VmRSS:\s+(\d+)/.exec(status)[1]) / 1024;
    return { resident_mib, files: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return { resident_mib: NaN, files: NaN };
  }
}
