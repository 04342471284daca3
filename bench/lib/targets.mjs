// The four Workers of the benchmark, each in a workerd process of its own, `workerd serve` with the
// same kind of configuration. Nothing of Miniflare or wrangler is in between.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync }
  from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kKey } from './client.mjs';

const kRoot = fileURLToPath(new URL('../../', import.meta.url));
export const kFloor = 'passthrough';
export const kPump = 'js-pump';
export const kTranslate = 'js-translate';
export const kOurs = 'proxy';
export const kTargets = [kFloor, kPump, kTranslate, kOurs];

// What of the product is measured; bench.mjs may name another build of it.
export const product = { shim: `${kRoot}js-shim`, wasm: `${kRoot}build/wasm/proxy.wasm` };

// The files of a target, its main module first.
export function filesOf(name) {
  if (name !== kOurs) {
    const file = `bench/workers/${name.replace('-', '_')}.mjs`;
    return [{ name: file, path: kRoot + file }];
  }
  const shim = readdirSync(product.shim)
    .filter((file) => file.endsWith('.mjs'))
    .sort((a, b) => (b === 'index.mjs') - (a === 'index.mjs'))
    .map((file) => ({ name: `js-shim/${file}`, path: join(product.shim, file) }));
  return [...shim, { name: 'build/wasm/proxy.wasm', path: product.wasm }];
}

// wrangler.toml's date and flags.
function compatibility() {
  const toml = readFileSync(`${kRoot}wrangler.toml`, 'utf8').replace(/#.*$/gm, '');
  const [, date] = /^compatibility_date = "(.*)"/m.exec(toml);
  const [, flags] = /^compatibility_flags = (\[[^\]]*\])/m.exec(toml);
  return `compatibilityDate = "${date}", compatibilityFlags = ${flags.replace(/,\s*\]/, ']')}`;
}

function configOf(name, upstream, settings) {
  const modules = filesOf(name).map(
    (file) =>
      `(name = "${file.name}", ${file.name.endsWith('.wasm') ? 'wasm' : 'esModule'} = ` +
      `embed "${file.name}")`,
  );
  const text = (pairs) =>
    Object.entries(pairs).map(([key, it]) => `(name = "${key}", text = ${JSON.stringify(it)})`);
  const bindings = text({ UPSTREAM: upstream.url });
  if (name === kOurs) {
    bindings.splice(0, 1, '(name = "TOKEN_CACHE", kvNamespace = "kv")', ...text({
      API_KEY: kKey,
      OAUTH_CLIENT_ID: 'bench-client',
      OAUTH_CLIENT_SECRET: 'bench-client-secret',
      ACCOUNTS: '[{"refresh_token":"refresh-a"}]',
      GEMINI_BASE_URL: upstream.url,
      OAUTH_BASE_URL: upstream.url,
      ...settings,
    }));
  }
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [ ${modules.join(', ')} ],
      ${compatibility()},
      bindings = [ ${bindings.join(', ')} ],
    )),
    (name = "internet", network = (allow = ["public", "private"])),
    (name = "kv", external = (address = "127.0.0.1:${upstream.port}", http = ())),
  ],
  sockets = [ (name = "entry", address = "127.0.0.1:0", http = (), service = "main") ],
);
`;
}

// Nothing is left behind, however this process ends.
const running = new Set();
const folders = new Set();
function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) removeFolder(folder);
});

// Copies a target's files and writes its configuration; `settings`: more variables of the product.
//   returns  {name, remove()}, for startTarget()
export function writeTarget(name, upstream, settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-bench-'));
  folders.add(folder);
  for (const file of filesOf(name)) {
    mkdirSync(dirname(join(folder, file.name)), { recursive: true });
    copyFileSync(file.path, join(folder, file.name));
  }
  writeFileSync(join(folder, 'config.capnp'), configOf(name, upstream, settings));
  return { name, folder, remove: () => removeFolder(folder) };
}

// The one that Miniflare brings.
const { default: kWorkerd, version } = createRequire(
  createRequire(import.meta.url).resolve('miniflare'),
)('workerd');
export const workerdVersion = version;

// Starts a written target; it listens when this returns.
//   returns  {name, pid, port, said(), close()}; said: the last of what it complained about
export async function startTarget({ name, folder }) {
  const child = spawn(kWorkerd, ['serve', '--control-fd=3', join(folder, 'config.capnp')], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  const ended = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.on('data', (piece) => { said = (said + piece).slice(-4_000); });
  const port = await new Promise((resolve, reject) => {
    let heard = '';
    child.stdio[3].on('data', (piece) => {
      heard += piece;
      const found = /"port":\s*(\d+)/.exec(heard);
      if (found) resolve(Number(found[1]));
    });
    child.on('error', reject);
    ended.then(() => reject(new Error(`workerd of ${name} ended: ${said}`)));
  });
  return {
    name,
    port,
    pid: child.pid,
    said: () => said,
    async close() {
      child.kill('SIGKILL'); // it holds nothing that matters
      await ended;
      running.delete(child);
    },
  };
}
