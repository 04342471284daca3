// `npm run login` as its owner runs it: the consent page it asks for, what comes back, and every
// way that fails. tests/scripts/login_browser.test.mjs does it with a real browser.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGoogle } from '../../tools/google/server.mjs';
import {
  ask, goodEndpoint, kClient, kGemini, kScope, kTokens, login, stateOf,
} from './login_support.mjs';
import { run, serve, temporaryFolder, writeIn } from './support.mjs';

test('the consent page is asked for with PKCE, a state and all scopes', async (t) => {
  const google = await goodEndpoint(t);
  for (const [words, scope] of [
    [[], kGemini],
    [['--upstream', 'vertex'], `${kScope}cloud-platform`],
    [
      ['--upstream', 'codeassist', '--enable-code-assist'],
      `${kScope}cloud-platform ${kScope}userinfo.email ${kScope}userinfo.profile`,
    ],
  ]) {
    const command = await login(t, google, [...kClient, ...words]);
    const asked = Object.fromEntries(command.address.searchParams);
    assert.match(asked.redirect_uri, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(asked.code_challenge, /^[\w-]{43}$/);
    assert.ok(asked.state.length >= 32);
    for (const member of ['redirect_uri', 'code_challenge', 'state']) delete asked[member];
    assert.deepEqual(asked, {
      client_id: 'test-client',
      response_type: 'code',
      scope,
      code_challenge_method: 'S256',
      access_type: 'offline',
      prompt: 'consent',
    });
    command.child.kill();
    await command.ended;
  }
  assert.equal(google.requests.length, 0);
});

test('the code is exchanged in a form, and the entry is the only thing on stdout', async (t) => {
  const google = await goodEndpoint(t);
  const command = await login(t, google, [...kClient, '--project', 'test-project']);
  const page = await command.back({ code: 'code-1', state: stateOf(command) });
  assert.equal(page.status, 200);
  assert.match(page.text, /You may close this window/);
  assert.match(page.headers['content-security-policy'], /default-src 'none'/);
  assert.equal(await command.ended, 0);
  assert.deepEqual(JSON.parse(command.out()), {
    refresh_token: 'refresh-a',
    projectId: 'test-project',
    client_id: 'test-client',
    client_secret: 'test-client-secret',
  });
  const [request] = google.requests;
  assert.equal(`${request.method} ${request.url}`, 'POST /token');
  const sent = Object.fromEntries(new URLSearchParams(request.body));
  const { code_verifier: verifier, ...form } = sent;
  assert.deepEqual(form, {
    grant_type: 'authorization_code',
    code: 'code-1',
    client_id: 'test-client',
    client_secret: 'test-client-secret',
    redirect_uri: command.address.searchParams.get('redirect_uri'),
  });
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  assert.equal(challenge, command.address.searchParams.get('code_challenge'));
  for (const secret of ['refresh-a', 'test-client-secret', 'code-1', verifier]) {
    assert.ok(!command.talk().includes(secret), secret);
  }
  assert.match(command.talk(), /npm run doctor/);
  assert.equal(existsSync(command.devVars), false);
});

test('what is not the answer is turned away, and the waiting goes on', async (t) => {
  const google = await goodEndpoint(t);
  const command = await login(t, google, kClient);
  const origin = command.address.searchParams.get('redirect_uri');
  const state = stateOf(command);
  const texts = new Set();
  for (const [query, options, status] of [
    [{ code: 'code-evil', state: 'other' }, {}, 400],
    [{ code: 'code-evil' }, {}, 400],
    [{ error: 'access_denied', state: `${state}x` }, {}, 400],
    [{ state }, {}, 400],
    [{ code: 'code-evil', state }, { method: 'POST' }, 405],
    [{ code: 'code-evil', state }, { path: '/other' }, 404],
    [{ code: 'code-evil', state }, { path: '//' }, 404],
    [{ code: 'code-evil', state }, { headers: { host: 'rebound.example' } }, 404],
  ]) {
    const page = await ask(origin, query, options);
    assert.equal(page.status, status, JSON.stringify([query, options]));
    texts.add(/<p>(.*)<\/p>/.exec(page.text)[1]);
    assert.ok(!page.text.includes('evil'));
  }
  assert.equal(texts.size, 1);
  assert.equal(google.requests.length, 0);
  await command.back({ code: 'code-1', state });
  assert.equal(await command.ended, 0);
});

test('a page that is loaded again is answered alike, and the code is exchanged once', async (t) => {
  const google = await goodEndpoint(t);
  const command = await login(t, google, kClient);
  const query = { code: 'code-1', state: stateOf(command) };
  const pages = await Promise.all([command.back(query), command.back(query)]);
  for (const { text } of pages) assert.match(text, /Signed in/);
  assert.equal(await command.ended, 0);
  assert.equal(google.requests.length, 1);
});

test('each way a sign-in fails names its cause and its mend', async (t) => {
  const refused = (status, error, error_description) =>
    ({ status, body: { error, error_description } });
  const answer = (more) => ({ body: { ...kTokens, ...more } });
  for (const [name, back, reply, words] of [
    ['denied', { error: 'access_denied' }, null, /refused on the consent page.*test users/],
    ['policy', { error: 'admin_policy_enforced' }, null, /administrator/],
    ['odd word', { error: '<script>' }, null, /did not let you in/],
    ['no refresh token', {}, answer({ refresh_token: undefined }), /consent anew.*connections/],
    ['a box unticked', {}, answer({ scope: `${kScope}cloud-platform` }),
      /missing: \S+generative-language\.retriever\. .*every box/],
    ['client', {}, refused(401, 'invalid_client', 'Unauthorized'), /OAuth client.*README, step 4/],
    ['client type', {}, refused(400, 'redirect_uri_mismatch', '-'), /Desktop app.*--port/],
    ['no secret', {}, refused(400, 'invalid_request', 'client_secret is missing.'),
      /--client-file/],
    ['old code', {}, refused(400, 'invalid_grant', 'Bad Request'), /npm run login again/],
    ['anything else', {}, refused(400, 'something', 'New words.'), /something: New words\./],
    ['a page', {}, { body: '<html>Sign in to the network' }, /not JSON/],
    ['a redirect', {}, { status: 307, headers: { location: '/elsewhere' } }, /HTTP 307/],
    ['null', {}, { body: 'null' }, /no refresh token/],
    ['no connection', {}, 'reset', /cannot be reached.*network/],
  ]) {
    const google = await serve(t, () => (reply === 'reset' ? null : reply));
    const command = await login(t, google, kClient);
    const query = { ...(back.error ? back : { code: 'code-1' }), state: stateOf(command) };
    const page = await command.back(query);
    assert.match(page.text, /Not signed in/, name);
    assert.ok(!page.text.includes('<script'), name);
    assert.equal(await command.ended, 1, name);
    assert.match(command.talk(), words, name);
    assert.equal(command.out(), '', name);
    assert.ok(!command.talk().includes('code-1'), name);
    assert.equal(google.requests.length, back.error ? 0 : 1, name);
  }
});

test('nobody comes back', async (t) => {
  const google = await goodEndpoint(t);
  const command = await login(t, google, [...kClient, '--timeout-s', '1']);
  assert.equal(await command.ended, 1);
  assert.match(command.talk(), /Nobody came back within 1 s.*redirect_uri_mismatch/);
});

test('a port that is taken is named', async (t) => {
  const taken = await goodEndpoint(t);
  const words = ['--no-browser', ...kClient, '--port', new URL(taken.url).port];
  const command = run(t, 'login', words);
  assert.equal(await command.ended, 1);
  assert.match(command.talk(), /Port \d+ of 127\.0\.0\.1 is taken/);
});

test('a wrong call is explained before Google is asked', async (t) => {
  const folder = temporaryFolder(t);
  const file = (name, value) =>
    writeIn(folder, name, typeof value === 'string' ? value : JSON.stringify(value));
  const noClient = ['--dev-vars', join(folder, 'none')];
  for (const [words, expected] of [
    [noClient, /No OAuth client is configured[^]*README, step 4[^]*client_secret\.json/],
    [['--client-secret', 'x'], /needs --client-id/],
    [['--client-id', 'x', '--client-file', 'y'], /either/],
    [['--client-file', join(folder, 'absent')], /cannot be read \(ENOENT\)/],
    [['--client-file', file('text', 'no json')], /is not JSON/],
    [['--client-file', file('null', 'null')], /not the file/],
    [['--client-file', file('sa', { type: 'service_account' })], /service account.*no sign-in/],
    [['--client-file', file('user', { type: 'authorized_user' })], /sign-in already/],
    [[...kClient, '--upstream', 'openai'], /gemini, vertex or codeassist/],
    [[...kClient, '--upstream', 'codeassist', ...noClient],
      /Google's terms forbid[^]*may suspend the account[^]*--enable-code-assist/],
    [[...kClient, '--location', 'global'], /vertex only/],
    [[...kClient, '--upstream', 'vertex', '--location', 'a/b'], /such as europe-west4/],
    [[...kClient, '--save', 'somewhere'], /print, dev-vars, secret/],
    [[...kClient, '--save', 'secret'], /--yes/],
    [[...kClient, '--timeout-s', 'soon'], /whole number from 1/],
    [[...kClient, '--port', '70000'], /whole number from 0 to 65535/],
    [[...kClient, '--auth-url', 'http://google.example/'], /--auth-url must begin with https/],
    [[...kClient, '--oauth-base-url', 'https://a:b@google.example'], /no user, query/],
    [['--unknown'], /--unknown[^]*--help/],
  ]) {
    const command = run(t, 'login', words);
    assert.equal(await command.ended, 2, words.join(' '));
    assert.match(command.talk(), expected, words.join(' '));
    assert.equal(command.out(), '');
  }
  const help = run(t, 'login', ['--help']);
  assert.equal(await help.ended, 0);
  assert.match(help.out(), /--save dev-vars,secret/);
});

test("all the way through the stand-in's consent page", async (t) => {
  const google = await startGoogle({ clients: { 'test-client': 'test-client-secret' } });
  t.after(() => google.close());
  // Presses a button of the page, and goes where it leads.
  const press = async ({ address }, decision) => {
    const html = await (await fetch(address)).text();
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)"/g)]
      .map(([, name, value]) => [name, value.replaceAll('&#58;', ':').replaceAll('&#47;', '/')])
      .filter(([name]) => name !== 'decision');
    const body = new URLSearchParams([...fields, ['decision', decision]]);
    return (await fetch(new URL(address.pathname, address), { method: 'POST', body })).text();
  };
  const allowed = await login(t, google, kClient);
  assert.match(await press(allowed, 'allow'), /Signed in/);
  assert.equal(await allowed.ended, 0, allowed.talk());
  assert.match(JSON.parse(allowed.out()).refresh_token, /^refresh-/);
  const denied = await login(t, google, kClient);
  assert.match(await press(denied, 'deny'), /refused on the consent page/);
  assert.equal(await denied.ended, 1);
  const foreign = await login(t, google, [...kClient.slice(0, 3), 'wrong']);
  assert.match(await press(foreign, 'allow'), /does not know this OAuth client/);
  assert.equal(await foreign.ended, 1);
});
