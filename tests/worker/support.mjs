// Starts the whole product with the stand-in in Google's place and calls it as curl does. There are
// two ways to start it, used alike:
//
//   startProxy    wrangler.toml as it is: its build, its bundle, its bindings. But there the
//                 Worker's fetches are made by Node, which unpacks what it gets, adds header
//                 fields and keeps a connection open that the Worker has given up; and the Worker
//                 gets a request only when its whole body has come.
//   startWorkerd  the same files and settings on workerd alone, which makes its own fetches.
import { execFile } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Miniflare } from 'miniflare';
import { createTestHarness } from 'wrangler';
import { workerConfig } from '../../scripts/lib/local_worker.mjs';
import { startGoogle } from '../../tools/google/server.mjs';
import { countedConfig, countShim, inspected } from './fixture/shim_counts.mjs';
import { until } from './fixture/worker.mjs';

// Tests talk to this machine only; without this, something would be looked up on another.
process.env.CLOUDFLARE_CF_FETCH_ENABLED = 'false';
process.env.WRANGLER_SEND_METRICS = 'false';

export const kRoot = fileURLToPath(new URL('../../', import.meta.url));
export const kKey = 'test-key';
export const kModel = 'gemini-2.5-flash';
const kSilence_ms = 30_000; // only turns a hang into a failure
export const kSentence = 'OpenAI Compatible Proxy Worker is running!';

// All that may be set, so that nothing comes from a .dev.vars.
const kUnset = Object.fromEntries(
  [
    'ACCOUNT_AFFINITY',
    'ACCOUNTS_2',
    'AI_GATEWAY_TOKEN',
    'ALLOW_ANONYMOUS',
    'ALLOWED_ORIGINS',
    'CODE_ASSIST_BASE_URL',
    'CODE_ASSIST_ONBOARD',
    'DEFAULT_MODEL',
    'DEFAULT_UPSTREAM',
    'ENABLE_CODE_ASSIST',
    'FETCH_IMAGES',
    'IMAGES_AS_MARKDOWN',
    'INCLUDE_THOUGHTS',
    'MAX_BODY_BYTES',
    'MODELS_REQUIRE_KEY',
    'MAX_N',
    'MODEL_ALIASES',
    'MODEL_PROFILES',
    'RETURN_TEXT_SIGNATURES',
    'SAFETY_SETTINGS',
    'STREAM_DEFAULT',
    'STREAM_PACE_MS',
    'UPSTREAM_IDLE_MS',
    'UPSTREAM_TIMEOUT_MS',
    'VERTEX_API_VERSION',
    'VERTEX_BASE_URL',
  ].map((name) => [name, '']),
);

export const accounts = (...tokens) =>
  JSON.stringify(tokens.map((each) => (typeof each === 'string' ? { refresh_token: each } : each)));

const settingsFor = (google, changes) => ({
  ...kUnset,
  API_KEY: kKey,
  OAUTH_CLIENT_ID: 'test-client',
  OAUTH_CLIENT_SECRET: 'test-client-secret',
  ACCOUNTS: accounts('refresh-a'),
  GEMINI_BASE_URL: google.url,
  OAUTH_BASE_URL: google.url,
  ...changes,
});

// Starts the product as `wrangler dev` does; it ends with the test or suite `t`.
//   settings  variables and secrets beside the usual ones
//   returns   {url, google, call, chat, kv, logs, restart}, see interfaceOf()
export async function startProxy(t, { settings, google: options } = {}) {
  const google = await startGoogle({ eventDelayMs: 0, ...options });
  t.after(() => google.close());
  const optionsFor = (changes) => ({
    root: kRoot,
    workers: [{ configPath: 'wrangler.toml', secrets: settingsFor(google, changes) }],
  });
  const server = createTestHarness(optionsFor(settings));
  const { url } = await server.listen();
  t.after(() => server.close());
  return interfaceOf(url, google, {
    namespace: async () => (await server.getWorker().getEnv()).TOKEN_CACHE,
    logs: () => server.getLogs().map(({ message }) => message),
    restart: (changes) => server.update(optionsFor(changes)),
  });
}

// Starts the product on workerd alone; the rest as above.
//   google    options of the stand-in, or one that runs already
//   persist   folder that keeps KV longer than this process
//   outbound  Request => Response, in place of the network
//   alter     config => config, of the Worker that is started
export async function startWorkerd(
  t,
  { settings, google: given, persist, outbound, alter = (config) => config } = {},
) {
  const google = given?.url ? given : await startGoogle({ eventDelayMs: 0, ...given });
  if (google !== given) t.after(() => google.close());
  const logs = [];
  const optionsFor = (changes, port = 0) => ({
    ...inspected,
    host: '127.0.0.1',
    port,
    cf: false,
    telemetry: { enabled: false },
    resourcePersistencePath: persist,
    handleStructuredLogs: ({ message }) => logs.push(message),
    workers: [
      {
        config: alter(countedConfig(workerConfig(settingsFor(google, changes)))),
        dev: outbound && { outboundService: { type: 'fetcher', handler: outbound } },
      },
    ],
  });
  const mf = new Miniflare(optionsFor(settings));
  let save = () => {};
  t.after(async () => {
    await save();
    await mf.dispose();
  });
  const url = await mf.ready;
  save = await countShim(mf, 'openai-compatible-proxy');
  return interfaceOf(url, google, {
    namespace: () => mf.getKVNamespace('TOKEN_CACHE'),
    logs: () => logs,
    restart: async (changes) => {
      await save();
      await mf.setOptions(optionsFor(changes, Number(url.port)));
      save = await countShim(mf, 'openai-compatible-proxy');
    },
  });
}

//   call(path, {method, headers, body})  one request with the key; see open()
//   chat(prompt, more, headers)  the same of a chat; `more`: members of the request
//   open, openChat   the same, not waited for
//   kv         get, put, delete and list of TOKEN_CACHE
//   logs()     all lines so far; logged(wanted): the first for which that is true, now or later
//   restart(settings)  another isolate with the same KV
//   tokenCalls(), modelCalls()  what the stand-in was asked, since google.reset()
//   recorded(wanted)  the first call to the stand-in for which that is true, now or later
function interfaceOf(url, google, { namespace, logs, restart }) {
  const begin = (path, { headers, ...rest } = {}) =>
    open(url, path, { headers: { authorization: `Bearer ${kKey}`, ...headers }, ...rest });
  const beginChat = (prompt, members, headers) =>
    begin('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: chatBody(prompt, members),
    });
  const logged = async (wanted) => {
    const find = () =>
      logs()
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line))
        .find(wanted);
    await until(find, `a log line: ${wanted}`);
    return find();
  };
  const recorded = async (wanted) => {
    await until(() => google.requests.some(wanted), `a call to the stand-in: ${wanted}`);
    return google.requests.find(wanted);
  };
  const ofTarget = (isToken) => () =>
    google.requests.filter(({ target }) => (target === 'token') === isToken);
  // Anew for each call, as a restart ends what was there.
  const kv = Object.fromEntries(
    ['get', 'put', 'delete', 'list'].map((verb) => [
      verb,
      async (...given) => (await namespace())[verb](...given),
    ]),
  );
  return {
    url: url.origin,
    google,
    kv,
    logs,
    logged,
    recorded,
    restart,
    open: begin,
    call: (...request) => begin(...request).ended,
    openChat: beginChat,
    chat: (...request) => beginChat(...request).ended,
    tokenCalls: ofTarget(true),
    modelCalls: ofTarget(false),
  };
}

//   prompt   text of a user, or the messages
export const chatBody = (prompt, more) =>
  JSON.stringify({
    model: kModel,
    messages: typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt,
    ...more,
  });

// One request on a connection of its own, with no header field but these and `host`.
//   headers   undefined: none of that name
//   returns   {request, ended, seen, leave, hangUp}
//             ended: promise of {status, headers, text, json}, rejected if the connection breaks
//             seen(part): promise that the text holds `part`
//             leave(): resets the connection; hangUp(): closes it
export function open(url, path, { method = 'GET', headers = {}, body, isPart = false } = {}) {
  const present = Object.entries(headers).filter(([, value]) => value !== undefined);
  const { hostname: host, port } = url;
  const request = http.request({
    host,
    port,
    path,
    method,
    headers: Object.fromEntries(present),
    agent: false,
    timeout: kSilence_ms,
  });
  request.on('timeout', () => request.destroy(new Error(`${method} ${path}: nothing for 30 s`)));
  let text = '';
  const watchers = new Set();
  const ended = new Promise((resolve, reject) => {
    request.on('error', reject).on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (piece) => {
        text += piece;
        for (const watcher of watchers) watcher();
      });
      response.on('error', reject).on('end', () =>
        resolve({
          text,
          status: response.statusCode,
          headers: response.headers,
          get json() {
            return JSON.parse(text);
          },
        }),
      );
    });
  });
  ended.catch(() => {}); // of one who has left nobody may be waiting
  const seen = (part) =>
    Promise.race([
      ended,
      new Promise((resolve) => {
        const watcher = () => text.includes(part) && watchers.delete(watcher) && resolve();
        watchers.add(watcher);
        watcher();
      }),
    ]);
  if (isPart) request.write(body);
  else request.end(body);
  return {
    request,
    ended,
    seen,
    leave: () => request.socket.resetAndDestroy(),
    hangUp: () => request.destroy(),
  };
}

// `npx wrangler ...` in `folder`; returns what it prints.
export async function wrangler(folder, ...words) {
  const { stdout } = await promisify(execFile)('npx', ['--no-install', 'wrangler', ...words], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return stdout;
}
