// `npm run doctor` on this machine: the real Worker with the stand-in in Google's place, and
// configurations that are broken in one way each. Every one is named, and the mend with it.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startGoogle } from '../../tools/google/server.mjs';
import { kClient, login } from './login_support.mjs';
import { kRoot, run, temporaryFolder, writeIn } from './support.mjs';

const kToml = readFileSync(join(kRoot, 'wrangler.toml'), 'utf8');

// Settings of a proxy that is well, as in .dev.vars.
const healthy = (google) => ({
  API_KEY: 'a-key-that-is-long-enough-for-anybody',
  OAUTH_CLIENT_ID: 'test-client',
  OAUTH_CLIENT_SECRET: 'test-client-secret',
  ACCOUNTS: '[{"refresh_token":"refresh-a"}]',
  GEMINI_BASE_URL: google.url,
  OAUTH_BASE_URL: google.url,
});

// Runs the doctor on a folder with these settings.
//   changes  members over the healthy ones; undefined takes one out, `raw` is text of the file
//   returns  {code, out, talk}
async function doctor(t, google, changes = {}, { toml = kToml, words = [], devVars = true } = {}) {
  const folder = temporaryFolder(t);
  const config = writeIn(folder, 'wrangler.toml', toml);
  const { raw = '', ...settings } = { ...healthy(google), ...changes };
  const lines = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}='${value}'\n`);
  if (devVars) writeIn(folder, '.dev.vars', lines.join('') + raw);
  const command = run(t, 'doctor', ['--config', config, ...words]);
  const code = await command.ended;
  return { code, out: command.out(), talk: command.talk() };
}

const key = () => generateKeyPairSync('rsa', { modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' } }).privateKey;

const serviceAccount = (privateKey) => JSON.stringify([{ service_account: {
  client_email: 'robot@test-project.iam.gserviceaccount.com',
  private_key: privateKey,
  private_key_id: 'key-1',
  project_id: 'test-project',
} }]);

// [what is broken, changes, [line, mend], more]
//   more  {script: what the stand-in does, options: its own, toml, devVars}
const kBroken = [
  ['no ACCOUNTS', { ACCOUNTS: undefined }, [/ACCOUNTS is not set/, /npm run login/]],
  ['quotes eaten by a shell',
    { ACCOUNTS: undefined, raw: 'ACCOUNTS=[{refresh_token:refresh-a}]\n' },
    [/ACCOUNTS is not valid JSON/, /between single quotes/]],
  ['the placeholder token', { ACCOUNTS: '[{"refresh_token":"your-refresh-token"}]' },
    [/entry 0 is still the placeholder/, /npm run login/]],
  ['a revoked token', { ACCOUNTS: '[{"refresh_token":"revoked-a"}]' },
    [/account 0.*no longer accepts.*\(invalid_grant\)/, /npm run login.*publish the app/]],
  ['a wrong OAuth client', { OAUTH_CLIENT_SECRET: 'wrong' },
    [/account 0.*refuses the OAuth client \(invalid_client\)/, /Set OAUTH_CLIENT_ID/],
    { options: { clients: { 'test-client': 'test-client-secret' } } }],
  ['no OAuth client', { OAUTH_CLIENT_ID: undefined, OAUTH_CLIENT_SECRET: undefined },
    [/account 0.*client_id_missing/, /Set OAUTH_CLIENT_ID/]],
  ['the placeholder client', { OAUTH_CLIENT_ID: 'your-client-id.apps.googleusercontent.com' },
    [/OAUTH_CLIENT_ID is still the placeholder/, /step 4/]],
  ["a service account's key that cannot be read",
    { ACCOUNTS: serviceAccount('nonsense') },
    [/account 0.*private_key/, /key file/]],
  ['a wrong API key', { ACCOUNTS: '[{"api_key":"wrong"}]' },
    [/account 0.*does not accept the API key/, /aistudio/]],
  ['an API that is not enabled', {},
    [/account 0.*not enabled in the project/, /console\.cloud\.google\.com\/apis\/library/],
    { script: { fault: 'service-disabled', times: 9 } }],
  ['a place that Google does not serve', {},
    [/Google does not serve the place/, /\[placement\]/],
    { script: { fault: 'location', times: 9 } }],
  ['the quota of the day', {},
    [/account 0.*quota of the day is spent/, /next day/],
    { script: { fault: '429-day', times: 9 } }],
  ['no quota project', {},
    [/account 0.*whose quota is used/, /"projectId"/], { options: { requireQuotaProject: true } }],
  ['a token without the scopes', {},
    [/account 0.*without the scopes/, /every box/], { script: { fault: 'scopes', times: 9 } }],
  ['a base URL that is not allowed', { GEMINI_BASE_URL: 'http://google.example' },
    [/GEMINI_BASE_URL/, /https only/]],
  ['a base URL where nothing is', { GEMINI_BASE_URL: 'http://127.0.0.1:1' },
    [/account 0.*/, /GEMINI_BASE_URL/]],
  ['no TOKEN_CACHE', {}, [/binds no KV namespace TOKEN_CACHE/, /\[\[kv_namespaces\]\]/],
    { toml: kToml.replace(/^\[\[kv_namespaces\]\]\nbinding.*$/m, '') }],
  ['tokens too short-lived to be kept', {},
    [/token_0 was not written to TOKEN_CACHE/, /less than a minute/],
    { options: { expiresIn: 45 } }],
  ['a wrangler.toml that is none', {}, [/wrangler\.toml cannot be used/, /Compare/],
    { toml: 'name = "x' }],
  ['every account disabled', { ACCOUNTS: '[{"refresh_token":"refresh-a","disabled":true}]' },
    [/every entry of ACCOUNTS is disabled/, /disabled/]],
  ['no API_KEY', { API_KEY: undefined }, [/API_KEY is not set: nobody may use/, /openssl rand/]],
  ['the API_KEY of the example', { API_KEY: 'choose-a-long-random-key' },
    [/API_KEY is still the one of the example/, /openssl rand/]],
  ['an API_KEY that is cut', { API_KEY: '["a-key' },
    [/API_KEY begins with \[/, /One key as it is/]],
  ['no .dev.vars', {}, [/There is no \.dev\.vars/, /npm run login/], { devVars: false }],
];

// What breaks nothing: [name, changes, line]
const kOdd = [
  ['anybody may use it', { ALLOW_ANONYMOUS: 'true' }, /warn {2}ALLOW_ANONYMOUS=true/],
  ['a short key', { API_KEY: 'short' }, /warn {2}API_KEY has fewer than 20/],
  ['no key, this machine only', { API_KEY: undefined, ALLOW_ANONYMOUS: 'loopback' },
    /warn {2}API_KEY is not set: only/],
  ['a variable that is there twice, and makes no sense', { raw: 'MAX_N=many\nMAX_N=lots\n' },
    /warn {2}\.dev\.vars sets MAX_N twice[^]*warn {2}.*MAX_N/],
  ['an account that is there twice',
    { ACCOUNTS: '[{"refresh_token":"refresh-a"},{"refresh_token":"refresh-a"}]' },
    /ok {4}account 0[^]*warn {2}account 1 .*same credential/],
  ['a service account', { ACCOUNTS: serviceAccount(key()) },
    /ok {4}account 0 \(service_account[^]*holds token_0/],
];

async function standIn(t, options) {
  const google = await startGoogle({ eventDelayMs: 0, ...options });
  t.after(() => google.close());
  return google;
}

// Side by side, as most of the time goes into starting.
describe('the doctor on this machine', { concurrency: 3 }, () => {
  test('a healthy proxy: exit code 0, and no secret in what is said', async (t) => {
    const ACCOUNTS = JSON.stringify([
      { refresh_token: 'refresh-a' }, { api_key: 'key-b' },
      { refresh_token: 'refresh-c', disabled: true },
    ]);
    const { code, out, talk } = await doctor(t, await standIn(t), { ACCOUNTS });
    assert.match(out, /ready\. \d+ ok, 0 warn, 0 FAIL/);
    assert.equal(code, 0);
    assert.match(out, /ok {4}account 0 .*signs in and answers/);
    assert.match(out, /ok {4}account 1 .*signs in and answers/);
    assert.match(out, /ok {4}account 2 .*disabled/);
    assert.match(out, /TOKEN_CACHE holds token_0/);
    const secrets = ['refresh-a', 'key-b', 'test-client', 'a-key-that', 'access-'];
    for (const secret of secrets) assert.ok(!(out + talk).includes(secret), secret);
  });

  test('an account that npm run login has just saved is well', async (t) => {
    const google = await standIn(t);
    const folder = temporaryFolder(t);
    const { API_KEY } = healthy(google);
    const urls = `GEMINI_BASE_URL=${google.url}\nOAUTH_BASE_URL=${google.url}\n`;
    writeIn(folder, '.dev.vars', `API_KEY=${API_KEY}\n${urls}`);
    const command = await login(t, google, [...kClient, '--save', 'dev-vars'], { folder });
    const consent = await fetch(command.address, {
      method: 'POST',
      body: new URLSearchParams([...command.address.searchParams, ['decision', 'allow']]),
    });
    assert.match(await consent.text(), /Signed in/);
    assert.equal(await command.ended, 0);
    const config = writeIn(folder, 'wrangler.toml', kToml);
    const checked = run(t, 'doctor', ['--config', config]);
    assert.equal(await checked.ended, 0, checked.out());
    assert.match(checked.out(), /account 0 \(refresh_token, gemini_api\): signs in and answers/);
  });

  for (const [name, changes, [line, mend], more = {}] of kBroken) {
    test(`broken: ${name}`, async (t) => {
      const google = await standIn(t, more.options);
      if (more.script) google.script([more.script]);
      const { code, out } = await doctor(t, google, changes, more);
      const fails = out.split('\n').flatMap((text, i, all) =>
        text.startsWith('  FAIL') ? [{ cause: text, mend: all[i + 1] }] : []);
      assert.ok(fails.some((it) => line.test(it.cause) && mend.test(it.mend)), out);
      assert.equal(code, 1, out);
    });
  }

  for (const [name, changes, line] of kOdd) {
    test(`good to know: ${name}`, async (t) => {
      const { code, out } = await doctor(t, await standIn(t), changes);
      assert.match(out, line);
      assert.equal(code, 0, out);
    });
  }
});
