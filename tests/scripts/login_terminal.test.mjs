// `npm run login` on a terminal: what it asks, and an address that is pasted from a browser on
// another machine. util-linux's `script` makes the terminal.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kRoot, serve, temporaryFolder, writeIn } from './support.mjs';

const kHasScript = /util-linux/.test(spawnSync('script', ['--version']).stdout?.toString() ?? '');
const options = { skip: kHasScript ? false : 'there is no `script` of util-linux' };

const goodEndpoint = (t) => serve(t, () => ({
  body: { access_token: 'access-1', expires_in: 3599, refresh_token: 'refresh-a' },
}));

// The command on a terminal of its own.
//   returns  {type, sees, ended}; type(text): as if typed; sees(pattern): promise of the match
function onTerminal(t, google, folder, words = []) {
  const all = [
    process.execPath, join(kRoot, 'scripts/login.mjs'), '--no-browser',
    '--client-id', 'test-client', '--client-secret', 'test-client-secret',
    '--dev-vars', join(folder, '.dev.vars'),
    '--auth-url', google.url, '--oauth-base-url', google.url, ...words,
  ];
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const line = `stty cols 2000; exec ${all.join(' ')}`;
  const child = spawn('script', ['-qfec', line, '/dev/null'], { env });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  let from = 0; // behind the last match
  const watchers = new Set();
  child.stdout.setEncoding('utf8').on('data', (piece) => {
    text += piece;
    for (const watcher of watchers) watcher();
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const sees = (pattern) => new Promise((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(text.slice(from));
      if (!match) return;
      from += match.index + match[0].length;
      watchers.delete(look);
      resolve(match);
    };
    watchers.add(look);
    look();
    ended.then(() => reject(Error(`no ${pattern} in: ${text.slice(from)}`)));
  });
  return { type: (line) => child.stdin.write(line), sees, ended };
}

// Past the sign-in, by the address as it stands in the browser's address bar.
async function pasteAddress({ type, sees }) {
  const [, printed] = await sees(/ {2}(http\S+)\s/);
  const { searchParams: asked } = new URL(printed);
  await sees(/Ctrl-C/);
  type('something else\r');
  await sees(/not the address/);
  const query = new URLSearchParams({ state: asked.get('state'), code: 'code-1', scope: 'a b' });
  type(`${asked.get('redirect_uri')}/?${query}\r`);
  await sees(/Signed in/);
}

test('a pasted address, a project that is asked for, .dev.vars', options, async (t) => {
  const folder = temporaryFolder(t);
  const terminal = onTerminal(t, await goodEndpoint(t), folder);
  await pasteAddress(terminal);
  await terminal.sees(/project whose quota is used/);
  terminal.type('test-project\r');
  await terminal.sees(/"refresh_token":"refresh-a","projectId":"test-project"/);
  await terminal.sees(/1, 2, 3/);
  terminal.type('1\r');
  await terminal.sees(/Saved in [^]*npm start/);
  assert.equal(await terminal.ended, 0);
  const text = readFileSync(join(folder, '.dev.vars'), 'utf8');
  const entry = '{"refresh_token":"refresh-a","projectId":"test-project"}';
  assert.ok(text.includes(`\nACCOUNTS='[${entry}]'\n`), text);
});

for (const [answer, isPut] of [['y', true], ['', false]]) {
  test(`a secret is replaced after ${answer || 'no'} answer only`, options, async (t) => {
    const folder = temporaryFolder(t);
    writeIn(folder, 'npx', `#!/bin/sh\ncat >"${folder}/stdin"\n`, { isProgram: true });
    const terminal = onTerminal(t, await goodEndpoint(t), folder);
    await pasteAddress(terminal);
    await terminal.sees(/quota is used/);
    terminal.type('\r');
    await terminal.sees(/1, 2, 3/);
    terminal.type('2\r');
    await terminal.sees(/whole ACCOUNTS[^]*Replace it\?/);
    terminal.type(`${answer}\r`);
    assert.equal(await terminal.ended, 0);
    const read = () => JSON.parse(readFileSync(join(folder, 'stdin'), 'utf8'));
    if (isPut) assert.equal(read()[0].refresh_token, 'refresh-a');
    else assert.throws(read, { code: 'ENOENT' });
  });
}
