// `npm run doctor -- --url`: what it makes of a Worker's answers, given here by a program in its
// place. tests/scripts/doctor.test.mjs asks the real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kRoot, run, serve, temporaryFolder, writeIn } from './support.mjs';

const kKey = 'test-key';
const kAccount = {
  index: 0, credential: 'refresh_token', upstream: 'gemini_api', location: null, state: 'healthy',
  reason: null, message: null, until: null, token_expires: null, models: [], requests: 0,
  failures: 0, refreshes: 0, last_used: null,
};
const kStatus = {
  object: 'proxy.status', version: '0.1.0', now: 1, started: 1,
  kv: { bound: true, reads_failing: false, writes_failing: false },
  error: null, notes: [], accounts: [kAccount],
};
const failed = (status, code, message) =>
  ({ status, body: { error: { message, type: 'x', code } } });
const kChat = { body: { object: 'chat.completion', choices: [] } };

// A Worker that answers so.
//   later  members of its status, once it was asked before
function workerWith(t, { status = {}, later = {}, chat = () => kChat, answer } = {}) {
  let statuses = 0;
  return serve(t, (request, body) => {
    if (answer) return answer(request);
    const isOurs = request.headers.authorization === `Bearer ${kKey}`;
    if (!isOurs) return failed(401, 'invalid_api_key', '-');
    if (request.url === '/v1/status') {
      statuses += 1;
      return { body: { ...kStatus, ...status, ...(statuses > 1 && later) } };
    }
    return chat(Number(request.headers['x-proxy-account']), JSON.parse(body));
  });
}

async function doctor(t, words, { env = { API_KEY: kKey } } = {}) {
  const command = run(t, 'doctor', words, { env });
  const code = await command.ended;
  return { code, out: command.out(), talk: command.talk() };
}

test('a healthy Worker: each account is asked once, and the exit code is 0', async (t) => {
  const accounts = [kAccount, { ...kAccount, index: 1, state: 'disabled' },
    { ...kAccount, index: 2, upstream: 'vertex', location: 'global', state: 'dead' }];
  const worker = await workerWith(t, { status: { accounts } });
  const { code, out } = await doctor(t, ['--url', `${worker.url}/v1/`, '--model', 'test-model']);
  assert.match(out, /ok {4}account 0 \(refresh_token, gemini_api\): signs in and answers, \d+ ms/);
  assert.match(out, /ok {4}account 1 .*disabled by its owner/);
  assert.match(out, /ok {4}account 2 \(refresh_token, vertex, global\)/);
  assert.match(out, /Region\n {2}ok/);
  assert.match(out, /ready\. 6 ok, 0 warn, 0 FAIL/);
  assert.equal(code, 0);
  const chats = worker.requests.filter(({ method }) => method === 'POST');
  assert.deepEqual(chats.map(({ headers }) => headers['x-proxy-account']).sort(), ['0', '2']);
  const { model, stream, max_tokens: most } = JSON.parse(chats[0].body);
  assert.deepEqual({ model, stream, most }, { model: 'test-model', stream: false, most: 16 });
});

test('an answer that is no status names what stands there', async (t) => {
  for (const [answer, words] of [
    [() => failed(401, 'invalid_api_key', '-'), /does not accept this key/],
    [() => failed(401, 'no_api_key_configured', '-'), /has no API_KEY[^]*secret put API_KEY/],
    [() => failed(404, 'unknown_url', '-'), /older[^]*npx wrangler deploy/],
    [() => failed(500, 'internal_error', 'The proxy could not.'), /The proxy could not\./],
    [() => ({ status: 302, headers: { location: 'https://login.example' } }),
      /No Worker.*HTTP 302/],
    [() => ({ body: '<html>Sign in' }), /No Worker of this project/],
    [() => ({ body: 'null' }), /No Worker of this project/],
    [() => null, /cannot be reached/],
  ]) {
    const worker = await workerWith(t, { answer });
    const { code, out } = await doctor(t, ['--url', worker.url]);
    assert.match(out, words);
    assert.equal(code, 1);
    assert.equal(worker.requests.length, 1, 'a key is sent nowhere else');
  }
});

test('what the Worker says of itself becomes a line with a mend', async (t) => {
  const note = (code, message, account = null) => ({ code, message, account });
  for (const [status, words, expected = 1] of [
    [{ error: { code: 'accounts_not_configured', message: 'ACCOUNTS is not set.' }, accounts: [] },
      /FAIL {2}ACCOUNTS is not set\.\n.*npm run login/],
    [{ notes: [note('base_url_invalid', 'GEMINI_BASE_URL is not allowed.')] },
      /FAIL {2}GEMINI_BASE_URL.*\n.*https only/],
    [{ notes: [note('variable_invalid', 'MAX_N has no usable value.')] }, /warn {2}MAX_N/, 0],
    [{ notes: [note('auth_open', 'Anyone.')] }, /warn {2}Anyone\.\n.*ALLOW_ANONYMOUS/, 0],
    [{ notes: [note('account_member_ignored', 'A member.', 0)] },
      /ok {4}account 0[^]*warn {2}account 0 .*A member\./, 0],
    [{ accounts: [{ ...kAccount, credential: null, state: 'invalid' }],
      notes: [note('account_invalid', 'No refresh_token.', 0)] },
      /FAIL {2}account 0 \(gemini_api\): No refresh_token\.\n.*npm run login/],
    [{ accounts: [{ ...kAccount, state: 'invalid' }],
      notes: [note('account_duplicate', 'An earlier entry.', 0)] }, /warn {2}account 0/, 0],
    [{ kv: { bound: false } }, /FAIL {2}The Worker has no KV namespace TOKEN_CACHE/],
    [{ kv: { bound: true, reads_failing: false, writes_failing: true } }, /cannot be written/],
  ]) {
    const worker = await workerWith(t, { status });
    const { code, out } = await doctor(t, ['--url', worker.url]);
    assert.match(out, words);
    assert.equal(code, expected, out);
  }
});

test('each way a chat fails names its cause and its mend', async (t) => {
  for (const [status, code, message, words, level = 'FAIL'] of [
    [503, 'all_accounts_dead', 'x (invalid_grant).', /no longer accepts.*\n.*npm run login/],
    [503, 'all_accounts_dead', 'x (invalid_rapt).', /organization ended the session/],
    [503, 'token_refresh_failed', 'x (invalid_client).',
      /OAuth client \(invalid_client\).*\n.*OAUTH_/],
    [503, 'token_refresh_failed', 'x (client_id_missing).', /no OAuth client.*\n.*OAUTH_CLIENT_ID/],
    [503, 'token_refresh_failed', 'x (network).', /cannot be reached.*\n.*OAUTH_BASE_URL/],
    [403, 'upstream_permission_denied',
      'Google: API has not been used in project 1 before or it is disabled.',
      /not enabled.*\n.*apis\/library\/generativelanguage/],
    [403, 'upstream_permission_denied', 'Google: API key not valid.', /API key.*\n.*aistudio/],
    [403, 'upstream_permission_denied', 'Request had insufficient authentication scopes.', /box/],
    [403, 'upstream_permission_denied', 'requires a quota project', /\n.*"projectId"/],
    [403, 'unsupported_country_region_territory', 'x', /Google does not serve[^]*placement/],
    [429, 'insufficient_quota', 'Check your plan and billing details.',
      /quota of the day.*\n.*next day/],
    [429, 'rate_limit_exceeded', 'x', /limit per minute.*\n.*minute/, 'warn'],
    [404, 'model_not_found', 'The model `x` does not exist.', /\n.*--model/],
    [502, 'upstream_reset', 'x', /\n.*GEMINI_BASE_URL/],
    [503, 'upstream_overloaded', 'x', /\n.*try again/, 'warn'],
    [418, 'a_new_code', 'New words.', /New words\.\n.*operations\.md/],
    [502, undefined, undefined, /HTTP 502/],
  ]) {
    const chat = () => (code ? failed(status, code, message) : { status, body: '<html>' });
    const worker = await workerWith(t, { chat });
    const result = await doctor(t, ['--url', worker.url]);
    assert.match(result.out, words);
    assert.match(result.out, new RegExp(`${level} {2}account 0`));
    assert.equal(result.code, level === 'FAIL' ? 1 : 0, result.out);
    assert.equal(/^Region$/m.test(result.out), code === 'unsupported_country_region_territory');
  }
});

test('the state behind the chat tells more: whose fault it is, and until when', async (t) => {
  for (const [code, message, later, words] of [
    ['all_accounts_dead', 'No available token: account 7 (invalid_grant).',
      { state: 'dead', message: 'The key of account 0 (api_key_invalid).' },
      /accept the API key\n/],
    ['insufficient_quota', 'x',
      { models: [{ model: 'gemini-2.5-flash-lite', until: 1_800_000_000 }] },
      /asks it again at 2027-01-15 08:00 UTC/],
  ]) {
    const worker = await workerWith(t, {
      chat: () => failed(503, code, message),
      later: { accounts: [{ ...kAccount, ...later }] },
    });
    assert.match((await doctor(t, ['--url', worker.url])).out, words);
  }
});

test('the key comes from a file or the environment, and never goes into the clear', async (t) => {
  const worker = await workerWith(t);
  const folder = temporaryFolder(t);
  const file = writeIn(folder, 'key', `["${kKey}","another"]\n`);
  const none = { env: {} };
  assert.equal((await doctor(t, ['--url', worker.url, '--key-file', file], none)).code, 0);
  for (const [words, options, expected] of [
    [['--url', worker.url], none, /--key-file/],
    [['--url', worker.url, '--key-file', writeIn(folder, 'bad', 'two words')], none, /no key/],
    [['--url', worker.url, '--key-file', `${folder}/absent`], none, /ENOENT/],
    [['--url', 'http://proxy.example'], {}, /https:/],
    [['--url', 'proxy.example'], {}, /not an address/],
    [['--key-file', file], none, /goes with --url/],
    [['--key', kKey], none, /--key/],
  ]) {
    const { code, talk, out } = await doctor(t, words, options);
    assert.equal(code, 2, words.join(' '));
    assert.match(talk, expected);
    assert.equal(out, '');
  }
});

test('--json prints one value, --help the options', async (t) => {
  const worker = await workerWith(t, { status: { kv: { bound: false } } });
  const { code, out } = await doctor(t, ['--url', worker.url, '--json']);
  const { checks, ...summary } = JSON.parse(out);
  assert.deepEqual(summary,
    { object: 'proxy.doctor', target: worker.url, healthy: false, ok: 3, warn: 0, fail: 1 });
  assert.deepEqual(checks.map(({ group, level }) => `${group} ${level}`),
    ['Worker ok', 'Accounts ok', 'Region ok', 'Token cache fail']);
  assert.match(checks[3].mend, /kv_namespaces/);
  assert.equal(code, 1);
  const help = await doctor(t, ['--help']);
  assert.match(help.out, /--url URL/);
  assert.ok(!help.out.includes(kRoot));
});
