// A stand-in for Google: OAuth, Gemini API, Vertex AI and Code Assist on one port, for local use
// without credentials and for tests. It is not Google and no model answers; README.md says what it
// does.
//
//   node tools/google/server.mjs --port 9100
//   const google = await startGoogle({ eventDelayMs: 0 });   // in a test
import { createServer } from 'node:http';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { answerCall, normalAnswer, promptOf } from './api.mjs';
import { namedInBody, newSignUps } from './code_assist.mjs';
import { deliver } from './deliver.mjs';
import { errorBody, Failure } from './errors.mjs';
import { defaultModels } from './families.mjs';
import { Script } from './faults.mjs';
import { Journal } from './journal.mjs';
import { newState } from './oauth.mjs';
import { PrefixCache } from './prefix_cache.mjs';
import { Quotas } from './quotas.mjs';
import { routeOf } from './routes.mjs';

// Everything that may be set; `google.options` may be changed while it runs.
export const defaults = {
  host: '127.0.0.1',
  port: 0, // any free one
  expiresIn: 3599, // seconds an access token lives
  scope: 'https://www.googleapis.com/auth/cloud-platform',
  clients: undefined, // {client id: secret, or null for a client without one}; any client if absent
  refreshTokens: undefined, // array or function; "stand-in" and "refresh-..." if absent
  rotateRefreshTokens: false, // a refresh gives a new one; 'revoke': and the old one ends
  serviceAccounts: undefined, // {e-mail: {publicKey, keyId?}}; any, with any signature, if absent
  acceptForeignTokens: false, // access tokens it did not issue
  acceptForeignSignatures: false, // thought signatures it did not issue
  requireQuotaProject: false, // 403 without x-goog-user-project
  logprobs: undefined, // whether responseLogprobs is taken; by family if absent
  penalties: undefined, // whether presence and frequency penalty are taken; by family if absent
  models: defaultModels,
  vertexModels: undefined, // those of Vertex AI; `models` if absent
  vertexProjects: undefined, // projects whose path may be used; any if absent
  locations: ['global', 'us', 'eu', 'us-central1', 'europe-west4', 'asia-northeast1'],
  codeAssist: undefined, // {project, currentTier, allowedTiers, ineligibleTiers}; code_assist.mjs
  route: 'gemini', // part of the thought signatures of the Gemini API
  quota: undefined, // {requestsPerMinute?, requestsPerDay?} of a project and model
  prefixCache: false, // whether beginnings of prompts that were seen count as cached
  prefixCacheMinTokens: 1024, // shorter ones do not
  eventDelayMs: 25, // between events of a stream
  events: undefined, // a number: every answer is that many events of `eventText`
  eventText: undefined, // with {i} and {user}
  keep: 1000, // records of received calls
  keepBytes: 100_000_000, // and of their bodies together
  now: Date.now,
  log: () => {}, // a line per call
};

// Starts the stand-in.
//   returns  {url, port, options, requests, until(record => bool), script(list | function),
//            reset(), close()}; reset() forgets script, records, spent quotas, prompts, sign-ups
//            and replacements of refresh tokens
export async function startGoogle(options = {}) {
  const context = { options: { ...defaults, ...options }, script: new Script(),
    quotas: new Quotas(), cache: new PrefixCache() };
  Object.assign(context, { serial: 0, oauth: newState(), codeAssist: newSignUps() });
  context.journal = new Journal(context.options);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    serve(context, request, response).catch((error) => {
      console.error(error); // a fault of the stand-in or of a script function
      response.destroy();
    });
  });
  server.listen(context.options.port, context.options.host);
  await once(server, 'listening');
  const { port } = server.address();
  context.url = `http://${context.options.host}:${port}`;
  return {
    url: context.url,
    port,
    options: context.options,
    requests: context.journal.requests,
    until: (wanted) => context.journal.until(wanted),
    script: (script) => context.script.set(script),
    reset: () => reset(context),
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

export function reset(context) {
  context.script.reset();
  context.journal.clear();
  context.quotas.clear();
  context.cache.clear();
  context.oauth.ended.clear();
  context.codeAssist = newSignUps();
}

async function serve(context, request, response) {
  const call = routeOf(request);
  if (call.target === 'control') return control(context, call, request, response);
  const { record, signal } = context.journal.open(request, response, context.options.now());
  record.target = call.target;
  call.bytes = await readAll(request);
  if (call.bytes === null) return undefined;
  call.headers = request.headers;
  call.body = call.bytes.toString('utf8');
  call.record = record;
  if (call.upstream === 'code_assist') Object.assign(call, namedInBody(call));
  describe(record, call);
  call.prompt = () => promptOf(call);
  record.body = call.body;
  context.journal.changed();
  const { answer, fault } = await answerTo(context, call, signal);
  await deliver(response, answer, fault, { record, signal });
  const name = fault.fault === undefined ? '' : ` (fault ${fault.fault})`;
  context.options.log(`${call.method} ${call.path} ${record.status ?? 'no answer'}${name}`);
  return undefined;
}

// Where a call went, for the journal.
function describe(record, { upstream = null, model = null, project, location = null, headers }) {
  const quotaProject = headers['x-goog-user-project'] ?? null;
  Object.assign(record, { upstream, model, project: project ?? quotaProject, location });
}

async function answerTo(context, call, signal) {
  try {
    const fault = (await context.script.next(call)) ?? {};
    return { answer: await answerCall(context, call, fault, signal), fault };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { answer: normalAnswer(call, error.code, errorBody(error)), fault: {} };
  }
}

// The whole body, or null if the client went away before its end.
async function readAll(request) {
  const chunks = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

// /_control/requests, /_control/reset, /_control/script: what a test in another process needs.
async function control(context, call, request, response) {
  const send = (status, value) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(value)}\n`);
  };
  const bytes = await readAll(request);
  const action = `${call.method} ${call.path.slice('/_control/'.length)}`;
  if (action === 'GET requests') return send(200, context.journal.requests);
  if (action === 'POST reset') {
    reset(context);
    return send(200, { ok: true });
  }
  if (action !== 'POST script') return send(404, { error: 'unknown control path' });
  try {
    context.script.set(JSON.parse(bytes?.toString() || '[]'));
  } catch (error) {
    return send(400, { error: error.message });
  }
  return send(200, { ok: true });
}

function readArguments(words) {
  const options = { log: (line) => console.log(`[stand-in for Google] ${line}`) };
  const names = {
    '--port': 'port', '--expires-in': 'expiresIn', '--event-delay-ms': 'eventDelayMs',
    '--quota-per-minute': 'perMinute',
  };
  const known = ['--host', ...Object.keys(names), '--quiet'].join(' ');
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index];
    if (word === '--quiet') options.log = () => {};
    else if (word === '--host') options.host = words[index += 1];
    else if (names[word]) options[names[word]] = Number(words[index += 1]);
    else throw new Error(`unknown option ${word}; known: ${known}`);
  }
  const { perMinute, ...rest } = options;
  return perMinute === undefined ? rest : { ...rest, quota: { requestsPerMinute: perMinute } };
}

async function main() {
  try {
    const google = await startGoogle(readArguments(process.argv.slice(2)));
    console.log(`The stand-in for Google listens on ${google.url} (no Google, no model).`);
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => google.close());
  } catch (error) {
    console.error(`The stand-in for Google cannot start: ${error.message}`);
    process.exitCode = 1;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
