// What the tests of the commands share: a folder, a command that runs, an HTTP server.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const kRoot = fileURLToPath(new URL('../../', import.meta.url));

// Nothing of the machine the tests run on gets in.
const kForeign = ['OAUTH_CLIENT_ID', 'OAUTH_CLIENT_SECRET', 'API_KEY', 'ACCOUNTS'];

export function temporaryFolder(t) {
  const folder = mkdtempSync(join(tmpdir(), 'proxy-scripts-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function writeIn(folder, name, text, { isProgram = false } = {}) {
  writeFileSync(join(folder, name), text);
  if (isProgram) chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

// Runs scripts/<name>.mjs.
//   returns  {child, out(), talk(), said(pattern), ended}; out, talk: stdout and stderr so far;
//            said: promise of the match in stderr; ended: promise of the exit code
export function run(t, name, words, { env, input = '' } = {}) {
  const environment = { ...process.env, ...env };
  for (const each of kForeign) if (env?.[each] === undefined) delete environment[each];
  const script = join(kRoot, 'scripts', `${name}.mjs`);
  const child = spawn(process.execPath, [script, ...words], { env: environment });
  t.after(() => child.kill('SIGKILL'));
  const text = { out: '', talk: '' };
  const watchers = new Set();
  child.stdout.setEncoding('utf8').on('data', (piece) => (text.out += piece));
  child.stderr.setEncoding('utf8').on('data', (piece) => {
    text.talk += piece;
    for (const watcher of watchers) watcher();
  });
  child.stdin.end(input);
  const ended = new Promise((resolve) => child.on('close', (code) => resolve(code)));
  const said = (pattern) => new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(text.talk);
      if (match) resolve(match);
      return match;
    };
    if (look()) return;
    watchers.add(look);
    ended.then((code) => reject(Error(`no ${pattern}, exit code ${code}: ${text.talk}`)));
  });
  return { child, out: () => text.out, talk: () => text.talk, said, ended };
}

// Serves `answer(request, body)`, which returns {status?, headers?, body} or null for none at all.
//   returns  {url, requests}
export async function serve(t, answer) {
  const requests = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    requests.push({ method: request.method, url: request.url, headers: request.headers, body });
    const reply = answer(request, body);
    if (reply === null) return request.socket.destroy();
    const { status = 200, headers = {}, body: content = '' } = reply;
    if (typeof content === 'string') return response.writeHead(status, headers).end(content);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    return response.end(JSON.stringify(content));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}`, requests };
}
