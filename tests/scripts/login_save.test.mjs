// What `npm run login` does with a new account: .dev.vars, the secret of the deployed Worker, and
// which OAuth client goes with it.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { goodEndpoint, kClient, kExample, signIn } from './login_support.mjs';
import { temporaryFolder, writeIn } from './support.mjs';

test('the client comes from options, file, .dev.vars, environment, in this order', async (t) => {
  const google = await goodEndpoint(t);
  const folder = temporaryFolder(t);
  const installed = { client_id: 'of-file', client_secret: 'secret-f', project_id: 'project-f' };
  writeIn(folder, 'client_secret.json', JSON.stringify({ installed }));
  const env = { OAUTH_CLIENT_ID: 'of-environment', OAUTH_CLIENT_SECRET: 'secret-e' };
  const inFile = "OAUTH_CLIENT_ID='of-dev-vars'\nOAUTH_CLIENT_SECRET='secret-d'\n";
  // As npm sets them for `npm run login` in that folder.
  Object.assign(env, { npm_lifecycle_event: 'login', INIT_CWD: folder });
  for (const [words, devVars, id] of [
    [['--client-id', 'of-options'], inFile, 'of-options'],
    [['--client-file', 'client_secret.json'], inFile, 'of-file'],
    [[], inFile, 'of-dev-vars'],
    [[], kExample, 'of-environment'],
  ]) {
    writeIn(folder, '.dev.vars', devVars);
    const command = await signIn(t, google, words, { folder, env });
    const form = new URLSearchParams(google.requests.at(-1).body);
    assert.equal(form.get('client_id'), id);
    // The entry names its client only where .dev.vars has another.
    const entry = JSON.parse(command.out());
    assert.equal(entry.client_id, id === 'of-dev-vars' ? undefined : id);
    assert.equal(entry.projectId, id === 'of-file' ? 'project-f' : undefined);
  }
});

test('saved in a new .dev.vars: the example with this account and a key', async (t) => {
  const google = await goodEndpoint(t);
  const { devVars, talk } = await signIn(t, google, [...kClient, '--save', 'dev-vars']);
  assert.equal(statSync(devVars).mode & 0o777, 0o600);
  const text = readFileSync(devVars, 'utf8');
  const [, key] = /^API_KEY='([0-9a-f]{64})'$/m.exec(text);
  const wanted = kExample
    .replace('choose-a-long-random-key', key)
    .replace('your-client-id.apps.googleusercontent.com', 'test-client')
    .replace('your-client-secret', 'test-client-secret')
    .replace('your-refresh-token', 'refresh-a');
  assert.equal(text, wanted);
  assert.match(talk(), /npm run doctor, then npm start/);
});

test('saved in a .dev.vars that is there: the rest stays, and so does its client', async (t) => {
  const google = await goodEndpoint(t);
  const folder = temporaryFolder(t);
  const before = `# mine\nAPI_KEY=k\nOAUTH_CLIENT_ID=other\nOAUTH_CLIENT_SECRET=s
ACCOUNTS='[{"api_key":"key-a"}]' # two\nDEFAULT_MODEL=x`;
  writeIn(folder, '.dev.vars', before);
  const words = [...kClient, '--upstream', 'vertex', '--location', 'eu', '--project', 'p'];
  const command = await signIn(t, google, [...words, '--save', 'dev-vars'], { folder });
  const entry = '{"refresh_token":"refresh-a","projectId":"p","upstream":"vertex","location":"eu",'
    + '"client_id":"test-client","client_secret":"test-client-secret"}';
  assert.equal(command.out().trim(), entry);
  const after = readFileSync(command.devVars, 'utf8');
  assert.equal(after, before.replace('"key-a"}]', `"key-a"},${entry}]`));
  assert.equal(statSync(command.devVars).mode & 0o777, 0o600);
});

test('a .dev.vars that cannot be understood stays as it is', async (t) => {
  const google = await goodEndpoint(t);
  const folder = temporaryFolder(t);
  const before = 'ACCOUNTS=[{refresh_token:x}]\n';
  writeIn(folder, '.dev.vars', before);
  const command = await signIn(t, google, [...kClient, '--save', 'dev-vars'], { folder });
  assert.equal(await command.ended, 1);
  assert.match(command.talk(), /was not changed/);
  assert.equal(JSON.parse(command.out()).refresh_token, 'refresh-a');
  assert.equal(readFileSync(command.devVars, 'utf8'), before);
});

// A program in npx's place that notes what it was given.
function fakeNpx(folder, code = 0) {
  const text = `#!/bin/sh
printf '%s\\n' "$@" >"${folder}/words"
cat >"${folder}/stdin"
exit ${code}
`;
  writeIn(folder, 'npx', text, { isProgram: true });
  return { PATH: `${folder}:${process.env.PATH}` };
}

test('saved as a secret: the whole array, through stdin', async (t) => {
  const google = await goodEndpoint(t);
  const folder = temporaryFolder(t);
  writeIn(folder, '.dev.vars', `OAUTH_CLIENT_ID=common\nOAUTH_CLIENT_SECRET=common-secret
ACCOUNTS='[{"refresh_token":"your-refresh-token"},{"refresh_token":"refresh-z"},
  {"refresh_token":"refresh-a"}]'\n`);
  const words = [...kClient, '--save', 'secret', '--yes', '--name', 'w', '--env', 'e'];
  const command = await signIn(t, google, words, { folder, env: fakeNpx(folder) });
  assert.equal(await command.ended, 0);
  const given = readFileSync(join(folder, 'words'), 'utf8').trim().split('\n').join(' ');
  assert.equal(given, '--no-install wrangler secret put ACCOUNTS --name w --env e');
  const value = readFileSync(join(folder, 'stdin'), 'utf8');
  assert.deepEqual(JSON.parse(value), [
    { refresh_token: 'refresh-z', client_id: 'common', client_secret: 'common-secret' },
    { refresh_token: 'refresh-a', client_id: 'test-client', client_secret: 'test-client-secret' },
  ]);
  assert.match(command.talk(), /cannot be read back.*whole ACCOUNTS/);
  assert.match(command.talk(), /the account of \.dev\.vars and this one/);
});

test('a wrangler that fails, and a list that is too long for a secret', async (t) => {
  const google = await goodEndpoint(t);
  const folder = temporaryFolder(t);
  const words = [...kClient, '--save', 'secret', '--yes'];
  const failed = await signIn(t, google, words, { folder, env: fakeNpx(folder, 1) });
  assert.equal(await failed.ended, 1);
  assert.match(failed.talk(), /wrangler login/);
  const many = Array.from({ length: 60 }, (_, i) => ({ refresh_token: 'r'.repeat(100) + i }));
  writeIn(folder, '.dev.vars', `ACCOUNTS='${JSON.stringify(many)}'\n`);
  const long = await signIn(t, google, words, { folder, env: fakeNpx(folder) });
  assert.equal(await long.ended, 1);
  assert.match(long.talk(), /ACCOUNTS_2/);
});
