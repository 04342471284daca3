// Asks a running Worker, on this machine or deployed: its status, then one tiny chat by each
// account, then its status again.
import { diagnose } from './causes.mjs';
import { networkReason, printable } from './command.mjs';

const kWait_ms = 90_000; // a refresh and a chat, each with the Worker's own retries
const kCacheWait_ms = 3_000; // tokens are written behind the answer
const kAtOnce = 4;
const kOldest = 'npx wrangler deploy brings the current version.';

// One request; never follows a redirect, as the key would go along.
//   returns  {status, json, text}; status 0: none, with `text` the reason
async function call({ url, key }, path, { body, headers } = {}) {
  try {
    const response = await fetch(url + path, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      body: body && JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(kWait_ms),
    });
    const text = await response.text();
    return { status: response.status, text, json: parsed(text) };
  } catch (error) {
    return { status: 0, text: networkReason(error), json: undefined };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const kAccess = {
  invalid_api_key: ['The Worker does not accept this key',
    'Give the key that was set with `npx wrangler secret put API_KEY`.'],
  no_api_key_configured: ['The Worker has no API_KEY: nobody may use it',
    'npx wrangler secret put API_KEY'],
};

// Why there is no status to be had.
function noStatus({ status, json, text }) {
  const error = json?.error;
  if (status === 0) {
    return [`The Worker cannot be reached (${text})`, 'Is the address right, and is it deployed?'];
  }
  if (Object.hasOwn(kAccess, error?.code ?? '')) return kAccess[error.code];
  if (error?.code === 'unknown_url') return ['The Worker has no /v1/status: it is older', kOldest];
  if (error?.message) return [printable(error.message), 'docs/operations.md explains the code.'];
  return [`No Worker of this project answers there (HTTP ${status})`,
    'The address is that of the Worker, without a path; no sign-in page may stand before it.'];
}

async function statusOf(report, target) {
  const answer = await call(target, '/v1/status');
  if (answer.status === 200 && answer.json?.object === 'proxy.status') return answer.json;
  report.fail(...noStatus(answer));
  return null;
}

// Notes on the configuration as a whole; those on an account stand with the account.
function reportNotes(report, { error, notes }, isLocal) {
  if (error) report.add(diagnose(error));
  const isSaid = ({ code, account }) =>
    account !== null || code === error?.code || (isLocal && code === 'auth_open');
  for (const note of notes.filter((each) => !isSaid(each))) report.add(diagnose(note));
}

const nameOf = ({ index, credential, upstream, location }) => {
  const kind = [credential, upstream, location].filter(Boolean).join(', ');
  return `account ${index}${kind && ` (${kind})`}`;
};

// One tiny chat by this account, whatever its state.
async function chat(target, index, model) {
  const started = performance.now();
  const body = {
    model,
    messages: [{ role: 'user', content: 'Say hi.' }],
    max_tokens: 16,
    stream: false,
  };
  const answer = await call(target, '/v1/chat/completions',
    { body, headers: { 'x-proxy-account': String(index) } });
  const ms = Math.round(performance.now() - started);
  if (answer.status === 200 && answer.json?.object === 'chat.completion') return { ms };
  const fallback = answer.status === 0 ? `no answer (${answer.text})` : `HTTP ${answer.status}`;
  return { ms, error: answer.json?.error ?? { code: null, message: fallback } };
}

// The account's own words where its state has some: of several dead accounts an answer may name
// another one.
const errorOf = ({ state, message }, { error }) =>
  (error && state === 'dead' && message ? { ...error, message } : error);

// When an account that has no quota left is asked again.
function restOf({ until, models }, { code }, model) {
  const end = models.find((each) => each.model === model)?.until ?? until;
  if (!end || code !== 'insufficient_quota') return '';
  const time = new Date(end * 1000).toISOString().slice(0, 16).replace('T', ' ');
  return ` The proxy asks it again at ${time} UTC.`;
}

// The lines about one account; `result` of chat(), if it was asked.
function reportAccount(report, account, { result, notes, model }) {
  const name = nameOf(account);
  const own = notes.filter((note) => note.account === account.index);
  const line = (found) => report.add({ ...found, what: `${name}: ${found.what}` });
  if (account.state === 'disabled') {
    report.ok(`${name}: disabled by its owner, not asked`);
  } else if (account.state === 'invalid') {
    const why = own.length > 0 ? own : [{ code: 'account_invalid', message: account.message }];
    for (const note of why) line(diagnose(note, account));
    return;
  } else if (result.error) {
    const { level, what, mend } = diagnose(errorOf(account, result), account);
    line({ level, what, mend: mend + restOf(account, result.error, model) });
  } else {
    report.ok(`${name}: signs in and answers, ${result.ms} ms`);
  }
  const isSaid = (note) => result?.error && note.code === 'client_id_missing';
  for (const note of own.filter((each) => !isSaid(each))) line(diagnose(note, account));
}

const isAsked = ({ state }) => state !== 'disabled' && state !== 'invalid';

//   returns  {results, status}: by index what chat() returned; the status behind that, or null
async function checkAccounts(report, target, { accounts, notes }, model) {
  report.group('Accounts');
  const results = new Map();
  const waiting = accounts.filter(isAsked);
  const worker = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      results.set(next.index, await chat(target, next.index, model));
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, worker));
  const status = await statusOf(report, target);
  for (const account of status?.accounts ?? accounts) {
    reportAccount(report, account, { result: results.get(account.index), notes, model });
  }
  return { results, status };
}

const kPlace = 'region under [placement] in wrangler.toml';

function checkRegion(report, results, isLocal) {
  const all = [...results.values()];
  report.group('Region');
  if (all.some(({ error }) => error?.code === 'unsupported_country_region_territory')) {
    report.fail('Google does not serve the place the Worker runs at',
      isLocal ? `Deploy it with a ${kPlace}, or use Vertex AI.`
        : `Set ${kPlace} (README, "User location is not supported") and deploy again.`);
  } else if (all.some(({ error }) => !error)) {
    report.ok('Google serves the place the Worker runs at');
  }
}

// Names of tokens that should be in KV but are not, once they had time to get there.
async function missingTokens(wanted, cacheKeys) {
  const end = Date.now() + kCacheWait_ms;
  for (;;) {
    const keys = await cacheKeys();
    const missing = wanted.filter((name) => !keys.includes(name));
    if (missing.length === 0 || Date.now() > end) return { missing, keys };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

//   cacheKeys  see startLocalWorker(); of a deployed Worker there is none
async function checkCache(report, { kv, accounts }, results, cacheKeys) {
  report.group('Token cache');
  if (!kv.bound) {
    report.fail('The Worker has no KV namespace TOKEN_CACHE: each isolate makes its own tokens',
      'wrangler.toml needs [[kv_namespaces]] with binding = "TOKEN_CACHE".');
    return;
  }
  if (kv.reads_failing || kv.writes_failing) {
    const which = kv.reads_failing ? 'read' : 'written';
    report.fail(`TOKEN_CACHE cannot be ${which}`,
      'Has the free plan\'s limit of the day been reached? `npx wrangler tail` shows more.');
    return;
  }
  const wanted = accounts
    .filter(({ index, credential }) => credential !== 'api_key' && results.get(index)
      && !results.get(index).error)
    .map(({ index }) => `token_${index}`);
  if (!cacheKeys || wanted.length === 0) {
    report.ok('TOKEN_CACHE is bound, and its reads and writes work');
    return;
  }
  const { missing, keys } = await missingTokens(wanted, cacheKeys);
  if (missing.length > 0) {
    report.fail(`${missing.join(', ')} was not written to TOKEN_CACHE`,
      'Only tokens that live for less than a minute are left out; else please report this.');
  } else {
    report.ok(`TOKEN_CACHE holds ${wanted.length === 1 ? wanted[0] : `${wanted.length} tokens`}`);
  }
  for (const name of keys.filter((key) => key.startsWith('refresh_'))) {
    const index = name.slice('refresh_'.length);
    report.warn(`Google replaced the refresh token of account ${index}, and the new one is lost`,
      'npm run login makes another.');
  }
}

// All checks of a running Worker.
//   target   {url, key, isLocal}
export async function examineWorker(report, target, { model, cacheKeys }) {
  report.group('Worker');
  const status = await statusOf(report, target);
  if (status === null) return;
  report.ok(`It runs, version ${printable(status.version, 20)}`);
  reportNotes(report, status, target.isLocal);
  const { results, status: after } = await checkAccounts(report, target, status, model);
  checkRegion(report, results, target.isLocal);
  await checkCache(report, after ?? status, results, cacheKeys);
}
