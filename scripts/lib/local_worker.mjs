// The product on workerd alone, Cloudflare's runtime, with neither wrangler's server nor its
// bundler in between: the same files and bindings as wrangler.toml names.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { unstable_getVarsForDev, unstable_readConfig } from 'wrangler';

// Without these, something would be looked up on another machine.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

const kRoot = fileURLToPath(new URL('../../', import.meta.url));

// wrangler.toml in Miniflare's words.
//   settings    variables and secrets
//   configPath  another wrangler.toml; the code is this project's all the same
export function workerConfig(settings, configPath = `${kRoot}wrangler.toml`) {
  const config = unstable_readConfig({ config: configPath });
  const source = (name) => readFileSync(kRoot + name, 'utf8');
  const modules = {
    'js-shim/index.mjs': { type: 'esm', contents: source('js-shim/index.mjs') },
    'js-shim/host.mjs': { type: 'esm', contents: source('js-shim/host.mjs') },
    'js-shim/streams.mjs': { type: 'esm', contents: source('js-shim/streams.mjs') },
    'build/wasm/proxy.wasm': {
      type: 'wasm',
      contents: new Uint8Array(readFileSync(`${kRoot}build/wasm/proxy.wasm`)),
    },
  };
  const env = {};
  for (const { binding } of config.kv_namespaces) env[binding] = { type: 'kv', id: binding };
  for (const { name, namespace_id: namespace, simple } of config.ratelimits ?? []) {
    env[name] = { type: 'rate-limit', namespace, simple };
  }
  for (const [name, value] of Object.entries(settings)) env[name] = { type: 'text', value };
  return {
    name: config.name,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    env,
    manifest: { mainModule: 'js-shim/index.mjs', modulesRoot: kRoot, modules },
  };
}

// {name: value} of what `wrangler dev` would give the Worker: [vars], and .dev.vars (or else .env)
// beside wrangler.toml.
export function localVars(configPath) {
  const { vars } = unstable_readConfig({ config: configPath }, { hideWarnings: true });
  const found = unstable_getVarsForDev(configPath, undefined, vars, undefined, true);
  const text = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
  return Object.fromEntries(Object.entries(found).map(([name, it]) => [name, text(it.value)]));
}

// Starts the Worker on a free port; its KV is empty and ends with it.
//   returns  {url, cacheKeys(), close()}; cacheKeys: names in TOKEN_CACHE
export async function startLocalWorker(settings, configPath) {
  const worker = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    cf: false,
    telemetry: { enabled: false },
    handleStructuredLogs: () => {}, // what matters is in /v1/status
    workers: [{ config: workerConfig(settings, configPath) }],
  });
  const url = (await worker.ready).origin;
  const cacheKeys = async () => {
    const { keys } = await (await worker.getKVNamespace('TOKEN_CACHE')).list();
    return keys.map(({ name }) => name);
  };
  return { url, cacheKeys, close: () => worker.dispose() };
}
