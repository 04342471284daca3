// What can be told of tools and configuration before the Worker runs. No secret is shown.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assignments, entriesOf, isPlaceholder, kPlaceholders } from './dev_vars.mjs';

const kLeastNode = 22; // for wrangler
const kKeyLength = 20; // shorter ones can be guessed

const isSet = (value) => (value ?? '').trim() !== '';

// True if the Worker can be started here.
export function checkTools(report, root) {
  report.group('Tools');
  const node = process.versions.node;
  if (Number(node.split('.')[0]) >= kLeastNode) report.ok(`Node ${node}`);
  else report.fail(`Node ${node} is too old for wrangler`, 'Run it as: npm run doctor');
  const hasPackages = ['wrangler', 'miniflare'].every((name) =>
    existsSync(join(root, 'node_modules', name, 'package.json')));
  if (hasPackages) report.ok('wrangler and workerd are installed');
  else report.fail('The Node packages are not installed', 'sh scripts/setup.sh');
  const wasm = join(root, 'build', 'wasm', 'proxy.wasm');
  const isBuilt = existsSync(wasm);
  if (isBuilt) report.ok(`build/wasm/proxy.wasm, ${Math.round(statSync(wasm).size / 1024)} KiB`);
  else report.fail('build/wasm/proxy.wasm is not built', 'npm run build');
  return hasPackages && isBuilt;
}

// wrangler.toml: true if wrangler can read it.
//   load  reads it as wrangler does; throws if it cannot
export function checkToml(report, path, load) {
  report.group('Configuration');
  let vars;
  try {
    vars = load();
  } catch (error) {
    const [why] = String(error.message).replace(/\u001b\[[\d;]*m/g, '').trim().split('\n');
    report.fail(`wrangler.toml cannot be used: ${why}`, 'Compare it with the repository\'s.');
    return null;
  }
  const toml = readFileSync(path, 'utf8');
  if (/^\s*binding\s*=\s*["']TOKEN_CACHE["']/m.test(toml)) {
    report.ok('wrangler.toml binds TOKEN_CACHE');
  } else {
    report.fail('wrangler.toml binds no KV namespace TOKEN_CACHE: tokens live in memory only',
      'Put back the lines [[kv_namespaces]] and binding = "TOKEN_CACHE".');
  }
  return vars;
}

// .dev.vars itself; its text, or null if there is none to be had.
export function checkDevVars(report, path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') {
      report.fail('There is no .dev.vars, so no Google account is configured on this machine',
        'npm run login makes it. (A deployed Worker: npm run doctor -- --url https://...)');
    } else {
      report.fail(`.dev.vars cannot be read (${error.code})`, 'It must be a file you may read.');
    }
    return null;
  }
  const names = assignments(text).map(({ name }) => name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length === 0) report.ok(`.dev.vars sets ${names.length} variables`);
  else report.warn(`.dev.vars sets ${[...new Set(twice)].join(', ')} twice; the last one holds`,
    'Keep one of them.');
  return text;
}

// The keys of API_KEY, or null if it cannot be read.
export function keysOf(value) {
  const text = (value ?? '').trim();
  if (text === '') return [];
  if (!text.startsWith('[')) return [text];
  try {
    const keys = JSON.parse(text);
    return keys.every((key) => typeof key === 'string') ? keys : null;
  } catch {
    return null;
  }
}

const kMakeKey = 'Make one with `openssl rand -hex 32` and set API_KEY to it.';

export function checkApiKey(report, vars) {
  const access = vars.ALLOW_ANONYMOUS?.trim();
  if (access === 'true') {
    report.warn('ALLOW_ANONYMOUS=true: whoever reaches the proxy may spend your quota',
      'Set it to loopback, or take it out.');
  }
  const keys = keysOf(vars.API_KEY);
  if (keys === null) {
    report.fail('API_KEY begins with [ but is not a JSON array of strings',
      `One key as it is, or several as '["first-key","second-key"]'.`);
  } else if (keys.length === 0 && access === 'loopback') {
    report.warn('API_KEY is not set: only programs on this machine may use the proxy', kMakeKey);
  } else if (keys.length === 0 && access !== 'true') {
    report.fail('API_KEY is not set: nobody may use the proxy', kMakeKey);
  } else if (keys.includes(kPlaceholders.API_KEY)) {
    report.fail('API_KEY is still the one of the example, which everybody knows', kMakeKey);
  } else if (keys.some((key) => key.length < kKeyLength)) {
    report.warn(`API_KEY has fewer than ${kKeyLength} characters and may be guessed`, kMakeKey);
  } else if (keys.length > 0) {
    report.ok(keys.length === 1 ? 'API_KEY is set' : `API_KEY holds ${keys.length} keys`);
  }
}

const kWords = { OAUTH_CLIENT_ID: 'the client id', OAUTH_CLIENT_SECRET: 'the client secret' };

// The shape of the secrets. What the Worker will say of them anyway is left to it.
export function checkSecrets(report, vars) {
  const before = report.checks.length;
  for (const [name, words] of Object.entries(kWords)) {
    if (vars[name]?.trim() !== kPlaceholders[name]) continue;
    report.fail(`${name} is still the placeholder of the example`,
      `Put in ${words} of your own OAuth client (README, step 4), or run npm run login.`);
  }
  const entries = entriesOf(vars.ACCOUNTS) ?? [];
  entries.forEach((entry, index) => {
    if (!isPlaceholder(entry)) return;
    report.fail(`ACCOUNTS: entry ${index} is still the placeholder "${kPlaceholders.refreshToken}"`,
      'npm run login puts a real account in its place.');
  });
  const needsClient = entries.some((entry) => entry?.refresh_token && !entry.client_id
    && entry.type !== 'authorized_user');
  if (needsClient && isSet(vars.OAUTH_CLIENT_ID) && !isSet(vars.OAUTH_CLIENT_SECRET)) {
    report.warn('OAUTH_CLIENT_SECRET is not set', 'Clients of type "Desktop app" have one, too.');
  }
  if (report.checks.length === before && entries.length > 0) {
    report.ok(`ACCOUNTS is a list of ${entries.length}; no placeholder is left`);
  }
}
