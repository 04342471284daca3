// `npm start`: builds the Worker and serves it on this machine with `wrangler dev`.
//
// With a .dev.vars the Worker uses the Google accounts in it. Without one, a stand-in for Google
// (tools/google) runs inside this process and the Worker is pointed at it, so everything can be
// tried with no account and no network. Arguments go to wrangler: `npm start -- --port 8899`.
//
// Whatever ends first ends everything: wrangler runs in a process group of its own, which is swept
// when this process leaves, and the stand-in has no process but this one.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const kGraceMs = 5000; // for wrangler to close its server; it takes well under a second
const kEchoMs = 500; // npm passes Ctrl-C on although the terminal has sent it to everyone

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const environment = {
  ...process.env,
  PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false', // request.cf would be downloaded, and nothing uses it
};

let child; // the process group that is running now: first the build, then wrangler
let folder; // holds the stand-in's settings while it runs
let stoppingSinceMs = 0;

const say = (text = '') => console.log(text);

function leave(code) {
  sweep();
  if (folder) rmSync(folder, { recursive: true, force: true });
  process.exit(code);
}

function sweep() {
  try {
    if (child) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The whole group is gone already.
  }
  child = undefined;
}

// First signal: ask nicely, exit 0 when done. Another one later, or no answer in time: do not ask.
function stop() {
  const now = Date.now();
  if (stoppingSinceMs) {
    if (now - stoppingSinceMs > kEchoMs) leave(0);
    return;
  }
  stoppingSinceMs = now;
  say('\nStopping.');
  if (!child) leave(0);
  child.kill('SIGTERM');
  setTimeout(() => leave(0), kGraceMs);
}

// Resolves to the exit code, if this process lives to see it.
function run(command, commandArgs, stdio, onMessage = () => {}) {
  return new Promise((resolve) => {
    child = spawn(command, commandArgs, { cwd: root, env: environment, detached: true, stdio });
    child.on('message', onMessage);
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`);
      leave(1);
    });
    child.on('exit', (code) => {
      if (stoppingSinceMs) leave(0);
      sweep();
      resolve(code ?? 1);
    });
  });
}

// The value of `--name value` or `--name=value`, else what wrangler.toml says, else `fallback`.
function setting(name, fallback) {
  const at = args.findLastIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at >= 0) return args[at].includes('=') ? args[at].split('=')[1] : args[at + 1];
  const toml = readFileSync(join(root, 'wrangler.toml'), 'utf8');
  return toml.match(new RegExp(`^${name} *= *"?([^"\\s]+)`, 'm'))?.[1] ?? fallback;
}

function isFree(host, port) {
  if (!Number.isInteger(port)) return true; // wrangler will say what is wrong with it
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(error.code !== 'EADDRINUSE'));
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

// Starts the stand-in; returns wrangler arguments that point the Worker at it. The settings go
// through a file because with --env-file wrangler reads no other one, be it a stray .env.
async function useStandIn() {
  const { startGoogle } = await import('../tools/google/server.mjs');
  const google = await startGoogle({ port: 0 });
  say(`Started a stand-in for Google at ${google.url}; its answers are made up.`);
  folder = mkdtempSync(join(tmpdir(), 'openai-compatible-proxy-'));
  const file = join(folder, 'stand-in.vars');
  const settings = {
    OAUTH_BASE_URL: google.url,
    GEMINI_BASE_URL: google.url,
    OAUTH_CLIENT_ID: 'stand-in',
    OAUTH_CLIENT_SECRET: 'stand-in',
    ACCOUNTS: '[{"refresh_token":"stand-in"}]',
    ALLOW_ANONYMOUS: 'loopback',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(file, lines.join(''));
  return ['--env-file', file];
}

function lanAddresses() {
  const all = Object.values(networkInterfaces()).flat();
  return all.filter((one) => one.family === 'IPv4' && !one.internal).map((one) => one.address);
}

function sayReady(port, ip, standIn, keyNeeded) {
  const url = `http://localhost:${port}`;
  const key = keyNeeded ? `\n      -H 'Authorization: Bearer YOUR_API_KEY' \\` : '';
  const messages = [{ role: 'user', content: 'Hello!' }];
  const body = (stream) => JSON.stringify({ model: 'gemini-2.5-flash', stream, messages });
  const curl = (flags, stream) => `
    curl ${flags}${url}/v1/chat/completions \\${key}
      -H 'Content-Type: application/json' \\
      -d '${body(stream)}'`;
  say(`
Ready: ${url}/v1 is the base URL for any OpenAI client${standIn ? ' (stand-in for Google)' : ''}.

  Try it in another terminal, streamed and whole:
${curl('-N ', true)}
${curl('', false)}
`);
  const [address] = ip === '0.0.0.0' ? lanAddresses() : [];
  if (address) {
    const how = standIn ? 'a key: npm start -- --var API_KEY:choose-one' : 'your API_KEY';
    say(`  From other devices   http://${address}:${port}/v1 with ${how}`);
  }
  say(`  The accounts         ${url}/status`);
  if (standIn) say('  With your account    npm run login (README.md, step 4 and 5), then npm start');
  say('  On Cloudflare        npx wrangler deploy');
  say('  End                  Ctrl-C\n');
}

async function main() {
  const port = Number(setting('port', '8787'));
  const ip = setting('ip', '0.0.0.0');
  if (!(await isFree(ip, port))) {
    console.error(`Port ${port} is taken, perhaps by another \`npm start\` or \`wrangler dev\`.
End that one, or use another port: npm start -- --port ${port + 1}`);
    return 1;
  }

  say('Building the WebAssembly (the first time this takes a minute or so).');
  const built = await run('sh', ['scripts/build-wasm.sh'], ['ignore', 'inherit', 'inherit']);
  if (built !== 0) {
    console.error('The build failed; what went wrong is above.');
    return built;
  }

  const devVars = join(root, '.dev.vars');
  const own = existsSync(devVars) ? readFileSync(devVars, 'utf8') : undefined;
  const standIn = own === undefined && !args.some((arg) => arg.startsWith('--env-file'));
  let pointers = [];
  if (standIn) {
    say('There is no .dev.vars, so no Google account is used.');
    pointers = await useStandIn();
  } else {
    say('Using your own settings, so no stand-in for Google is started.');
    if (own?.includes('your-refresh-token')) {
      say('Note: .dev.vars still says "your-refresh-token". Put yours there, or delete the file.');
    }
  }

  say('Starting the Worker.');
  const keyNeeded = !standIn && !/^ALLOW_ANONYMOUS *= *['"]?(loopback|true)\b/m.test(own ?? '');
  let ready = false;
  const onMessage = (message) => {
    if (ready || !String(message).includes('DEV_SERVER_READY')) return;
    ready = true;
    // wrangler lists its addresses right after this message; what to do with them comes last.
    setTimeout(() => sayReady(JSON.parse(message).port, ip, standIn, keyNeeded), 1000);
  };
  const dev = ['dev', '--show-interactive-dev-session=false', ...pointers, ...args];
  return run('wrangler', dev, ['ignore', 'inherit', 'inherit', 'ipc'], onMessage);
}

// npm passes on SIGINT and SIGTERM, but nothing when it is killed in another way.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid === parent || stop(), 1000).unref();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
process.stdout.on('error', () => {}); // a closed terminal; SIGHUP follows
leave(await main());
