// `npm start` as an owner runs it, in a copy of the project, so that neither its .dev.vars nor its
// cache matter or are touched. The copy brings the WebAssembly along instead of building it: a
// build folder cannot be moved, and a new one takes a minute. All else is as it is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readStream } from './answers.mjs';
import { chatBody, kKey, kRoot, kSentence, open, wrangler } from './support.mjs';
import { until } from './fixture/worker.mjs';

const kDeadline_ms = 60_000;
const copy = mkdtempSync(join(tmpdir(), 'proxy-start-'));
after(() => rmSync(copy, { recursive: true, force: true }));
copyProject();

function copyProject() {
  // Else `npm start` would install packages, into the folder that the copy shares.
  const modules = `${kRoot}node_modules/`;
  const lock = readFileSync(`${kRoot}package-lock.json`);
  const isFresh = readdirSync(modules).some(
    (name) => name.startsWith('.installed-') && readFileSync(modules + name).equals(lock),
  );
  assert.ok(isFresh, 'the packages are not those of package-lock.json: sh scripts/setup.sh');
  const left =
    /^(\.git|node_modules|build|dist|\.wrangler|\.cache|\.env.*|\.dev\.vars(?!\.example).*)$/;
  cpSync(kRoot, copy, { recursive: true, filter: (path) => !left.test(path.slice(kRoot.length)) });
  symlinkSync(modules, join(copy, 'node_modules'));
  mkdirSync(join(copy, 'build/wasm'), { recursive: true });
  cpSync(`${kRoot}build/wasm/proxy.wasm`, join(copy, 'build/wasm/proxy.wasm'));
  writeFileSync(join(copy, 'scripts/build-wasm.sh'), 'echo "the build is skipped"\n');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// `npm start`, with `words` for wrangler, until it is ready.
//   returns  {url, output(), google, stop(), isGone()}; google: URL of the stand-in, if any;
//            stop(): what Ctrl-C does, or another signal to npm alone; resolves to the exit code;
//            isGone(): until nothing is left of it, process or open port
async function start(t, ...words) {
  const port = await freePort();
  const child = spawn('npm', ['start', '--', '--port', `${port}`, ...words], {
    cwd: copy,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  let processes = [];
  t.after(() => {
    // of a test that failed
    const all = [
      ...processes,
      ...descendants(child.pid),
      { pid: child.pid, begun: begunAt(child.pid) },
    ];
    for (const one of all.filter(isAlive)) process.kill(one.pid, 'SIGKILL');
  });
  let output = '';
  for (const pipe of [child.stdout, child.stderr]) pipe.on('data', (piece) => (output += piece));
  await until(
    () => {
      assert.equal(child.exitCode, null, output);
      return output.includes('Ready: ');
    },
    'npm start to be ready',
    kDeadline_ms,
  );
  const google = /stand-in for Google at (http:\S+);/.exec(output)?.[1];
  processes = descendants(child.pid);
  const stop = (signal) => {
    if (signal) child.kill(signal);
    else process.kill(-child.pid, 'SIGINT'); // a terminal sends it to the whole group
    return exited;
  };
  const isGone = async () => {
    for (const one of processes) await until(() => !isAlive(one), `process ${one.pid} to end`);
    for (const address of [`http://127.0.0.1:${port}`, google].filter(Boolean)) {
      await until(
        () =>
          fetch(address).then(
            () => false,
            () => true,
          ),
        `${address} to be closed`,
      );
    }
  };
  return { url: new URL(`http://localhost:${port}`), output: () => output, google, stop, isGone };
}

// Processes below `pid`: {pid, begun}, with the time of the start, as numbers are used again; []
// where there is no /proc.
function descendants(pid) {
  const found = [];
  const visit = (parent) => {
    const path = `/proc/${parent}/task/${parent}/children`;
    const children = existsSync(path) ? readFileSync(path, 'utf8').split(' ').filter(Boolean) : [];
    for (const child of children) {
      found.push({ pid: Number(child), begun: begunAt(child) });
      visit(child);
    }
  };
  visit(pid);
  return found;
}
function begunAt(pid) {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined;
  }
}
const isAlive = ({ pid, begun }) => begun !== undefined && begunAt(pid) === begun;

const headers = { 'content-type': 'application/json', accept: '*/*', 'user-agent': 'curl/8.5.0' };
const chat = ({ url }, more, fields) =>
  open(url, '/v1/chat/completions', {
    method: 'POST',
    headers: { ...headers, ...fields },
    body: chatBody('Hello!', more),
  }).ended;
const get = ({ url }, path) => open(url, path).ended;

async function tokenCallsAt(google) {
  const records = await (await fetch(`${google}/_control/requests`)).json();
  return records.filter(({ target }) => target === 'token').length;
}

const kv = (verb, ...words) =>
  wrangler(copy, 'kv', 'key', verb, ...words, '--binding', 'TOKEN_CACHE');

test('the first start: everything works without an account and without a key', async (t) => {
  const running = await start(t);
  assert.match(running.output(), /no \.dev\.vars/);
  assert.match(running.output(), /stand-in/);
  assert.match(running.output(), /curl -N http:\/\/localhost:\d+\/v1\/chat\/completions/);
  assert.equal((await get(running, '/')).text, kSentence);
  assert.equal((await get(running, '/v1/models')).json.object, 'list');

  const streamed = await chat(running);
  assert.equal(streamed.status, 200, streamed.text);
  assert.match(readStream(streamed.text).content, /stand-in for Google.*Hello!/);
  const whole = await chat(running, { stream: false });
  assert.match(whole.json.choices[0].message.content, /stand-in for Google.*Hello!/);
  assert.equal(await tokenCallsAt(running.google), 1);
  assert.equal((await chat(running, {}, { host: `192.168.1.2:${running.url.port}` })).status, 401);

  const value = JSON.parse(await kv('get', 'token_0'));
  assert.deepEqual(Object.keys(value), ['access_token', 'expires_in', 'timestamp', 'fp']);

  assert.equal(await running.stop(), 0, running.output());
  await running.isGone();
});

test('the next start finds the token; once deleted, the one after that gets another', async (t) => {
  const second = await start(t);
  assert.equal((await chat(second)).status, 200);
  assert.equal(await tokenCallsAt(second.google), 0);
  assert.equal(await second.stop('SIGTERM'), 0, second.output());
  await second.isGone();
  const listed = JSON.parse(await kv('list'));
  assert.deepEqual(
    listed.map(({ name }) => name),
    ['token_0'],
  );
  await kv('delete', 'token_0');
  const third = await start(t, '--var', `API_KEY:${kKey}`);
  assert.equal((await chat(third)).status, 200);
  assert.equal(await tokenCallsAt(third.google), 1);
  const others = { host: `192.168.1.2:${third.url.port}`, authorization: `Bearer ${kKey}` };
  assert.equal((await chat(third, {}, others)).status, 200, 'with a key other devices are served');
  await third.stop('SIGKILL'); // npm cannot pass that on
  await third.isGone();
});

test('with a .dev.vars there is no stand-in, and its key is asked for', async (t) => {
  writeFileSync(join(copy, '.dev.vars'), `API_KEY='${kKey}'\n`);
  const running = await start(t);
  assert.equal(running.google, undefined, running.output());
  assert.match(running.output(), /Using your own settings/);
  assert.match(running.output(), /Authorization: Bearer/);
  assert.equal((await get(running, '/')).text, kSentence);
  assert.equal((await chat(running)).json.error.code, 'missing_api_key');
  const answer = await chat(running, {}, { authorization: `Bearer ${kKey}` });
  assert.equal(answer.json.error.code, 'accounts_not_configured');
  assert.equal(await running.stop(), 0);
  await running.isGone();
});
