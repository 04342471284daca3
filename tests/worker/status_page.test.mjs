// The page at /status as a person gets it, in Chromium: first beside a server that answers
// /v1/status as each test wants, then as the product serves it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { faintTexts, fits, launch, picture } from './browser.mjs';
import {
  account,
  answer,
  failure,
  kHeaders,
  kNow,
  kOfEachKind,
  report,
  serve,
} from './fixture/status_page.mjs';
import { accounts, kKey, kRoot, startProxy } from './support.mjs';

const browser = await launch({ after });
const options = { skip: browser.skip };

// Pictures for a person to look at: kept where this names a folder.
const pictures = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), 'proxy-status-'));
if (process.env.SCREENSHOTS) mkdirSync(pictures, { recursive: true });
else after(() => rmSync(pictures, { recursive: true, force: true }));

const pictureOf = (name) => join(pictures, `${name}.png`);

const kPhone = { viewport: { width: 360, height: 780 }, deviceScaleFactor: 2 };

// The page beside a server that answers `first`, opened without a key.
//   returns  what serve() and openPage() do; seen(text): until it is there; wait, card: see below
async function visit(t, first, pageOptions) {
  const server = await serve(t, first);
  const opened = await browser.open(t, pageOptions);
  const { page } = opened;
  await page.clock.install({ time: kNow * 1000 });
  await page.goto(`${server.url}/status`);
  const seen = (text) => page.getByText(text).first().waitFor();
  // As if so much time had passed; the page asks again every ten seconds.
  const wait = (seconds) => page.clock.runFor(seconds * 1000);
  const card = (index) => page.locator('#accounts > li').nth(index);
  return { ...server, ...opened, seen, wait, card };
}

const kOpen = (headers) =>
  headers.authorization === `Bearer ${kKey}`
    ? answer(report())
    : failure(401, 'Incorrect API key provided.');

async function enterKey(page, key) {
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Show status' }).click();
}

test('each state of an account has its word, its reason and when it ends', options, async (t) => {
  const notes = [
    { code: 'variable_invalid', message: 'MAX_N is no number; 5 is used.', account: null },
    { code: 'account_invalid', message: 'It has no credential.', account: 3 },
  ];
  const { page, seen, card, complaints } = await visit(
    t,
    answer(report({ accounts: kOfEachKind, notes })),
  );
  await seen('1 of 5 accounts is healthy');
  const texts = [
    ['Account 0', 'Healthy', 'Gemini API · refresh token', 'gemini-2.5-pro rests', '1 min 35 s'],
    ['Cooling down', 'Vertex AI, global · service account', 'Ready again in 4 min 12 s (', '977'],
    ['Dead', 'invalid_grant', 'Sign in again', 'none', '1 h 30 min ago'],
    ['Invalid', 'Give it a refresh_token'],
    ['Disabled', 'API key'],
  ];
  for (const [index, parts] of texts.entries()) {
    const text = await card(index).innerText();
    for (const part of parts) assert.ok(text.includes(part), `${part} in ${text}`);
  }
  await seen('MAX_N is no number; 5 is used.');
  await seen('Account 3: ');
  await seen('2 accounts need you: see below. 1 rests and returns by itself.');
  await seen('one isolate near you');
  assert.match(await page.title(), /^1 of 5 accounts is healthy/);
  await picture(page, pictureOf('light-desktop'));
  assert.deepEqual(complaints, []);
});

test('it fits a phone, and a dark scheme has dark colours', options, async (t) => {
  const long = `projects-${'x'.repeat(90)}`;
  const given = answer(
    report({
      accounts: [...kOfEachKind, account(5, { state: 'cooling', reason: long, message: long })],
      notes: [{ code: long, message: `${long}${long}`, account: null }],
      kv: { bound: true, reads_failing: true, writes_failing: true },
    }),
  );
  const background = ({ page }) =>
    page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await visit(t, given, { ...kPhone, colorScheme: 'light' });
  const dark = await visit(t, given, { ...kPhone, colorScheme: 'dark' });
  for (const each of [light, dark]) {
    await each.seen('1 of 6 accounts is healthy');
    await each.seen('Reads and writes fail');
    await fits(each.page);
    assert.deepEqual(await faintTexts(each.page), []);
  }
  assert.notEqual(await background(light), await background(dark));
  await picture(dark.page, pictureOf('dark-phone'));
  await picture(light.page, pictureOf('light-phone'));
});

test('a key is asked for once, kept in this tab and in no address', options, async (t) => {
  const { page, url, seen, asked, say, requests, complaints } = await visit(t, kOpen, kPhone);
  await seen('Key needed');
  assert.equal(asked[0].authorization, undefined, 'on this machine it may go without');
  await fits(page);
  await picture(page, pictureOf('key-phone'));
  await enterKey(page, 'wrong-key');
  await seen('This key is not accepted. Incorrect API key provided.');
  await enterKey(page, 'a ключ');
  await seen('plain ASCII');
  await enterKey(page, kKey);
  await seen('All 2 accounts are healthy');
  const stored = () => page.evaluate(() => [sessionStorage.length, localStorage.length]);
  assert.deepEqual(await stored(), [1, 0]);
  await page.reload();
  await seen('All 2 accounts are healthy');
  await page.getByRole('button', { name: 'Forget key' }).click();
  await seen('Key needed');
  assert.deepEqual(await stored(), [0, 0]);
  assert.equal(await page.getByText('accounts are healthy').isVisible(), false);
  await page.getByLabel('Remember').check();
  await enterKey(page, kKey);
  await seen('All 2 accounts are healthy');
  assert.deepEqual(await stored(), [0, 1]);
  await fits(page);
  await picture(page, pictureOf('healthy-phone'));
  for (const each of requests) {
    assert.ok(each.startsWith(`${url}/`), `${each} is elsewhere`);
    assert.ok(!/key/.test(new URL(each).search + new URL(each).hash), each);
  }
  assert.ok(!page.url().includes(kKey));
  say(failure(401, 'Incorrect API key provided.'));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('This key is not accepted.');
  assert.deepEqual(await stored(), [0, 0], 'a key that no longer works is forgotten');
  assert.deepEqual(complaints, []);
});

test('it asks again every ten seconds, but not while nobody sees it', options, async (t) => {
  const { page, seen, wait, card, asked, say } = await visit(t, answer(report()));
  await seen('All 2 accounts are healthy');
  await card(1).evaluate((element) => (element.isTheSame = true));
  const [, second] = report().accounts;
  say(answer(report({ accounts: [account(0, { requests: 13 }), second] })));
  await wait(11);
  await card(0).getByText('13', { exact: true }).waitFor();
  assert.equal(asked.length, 2);
  const isSame = await card(1).evaluate((element) => element.isTheSame);
  assert.ok(isSame, 'what has not changed is left alone');
  const become = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await become(true);
  await wait(60);
  assert.equal(asked.length, 2);
  say(answer(report({ accounts: [account(0)] })));
  await become(false);
  await seen('The account is healthy');
  assert.equal(asked.length, 3);
});

test('times count down between answers', options, async (t) => {
  const rests = account(0, { state: 'cooling', reason: 'overloaded', until: kNow + 8 });
  const { seen, wait, card } = await visit(t, answer(report({ accounts: [rests] })));
  await seen('The account is not healthy');
  await seen('Chats are refused until the first is ready again, at');
  assert.match(await card(0).innerText(), /Ready again in 8 s/);
  await wait(3);
  assert.match(await card(0).innerText(), /Ready again in 5 s/);
  await wait(6);
  assert.match(await card(0).innerText(), /Ready again from now on/);
});

test('what went wrong is said in words, and the last report stays', options, async (t) => {
  const { page, seen, wait, say, asked, vanish } = await visit(t, answer(report()));
  await seen('All 2 accounts are healthy');
  say(failure(503, 'The server is busy.', { 'retry-after': '40' }));
  await wait(11);
  await seen('The Worker cannot answer now (503). The server is busy. Below is what it said at');
  await seen('All 2 accounts are healthy');
  const before = asked.length;
  await wait(30);
  assert.equal(asked.length, before, 'it waits as long as it was told');
  say(answer('<html>Sign in to the network</html>', 200, { 'content-type': 'text/html' }));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('Something else answers at this address');
  say(failure(404, 'Unknown request URL.'));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('it is older than this page');
  say(answer(report({ accounts: [account(0)] })));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('The account is healthy');
  assert.equal(await page.locator('#trouble').isVisible(), false);
  await vanish();
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('The Worker cannot be reached.');
  await picture(page, pictureOf('unreachable'));
});

test('a configuration without a usable account is told with its mend', options, async (t) => {
  const error = { code: 'accounts_invalid', message: 'ACCOUNTS is not JSON: see character 12.' };
  const { page, seen, say } = await visit(t, answer(report({ accounts: [], error })));
  await seen('No account can serve');
  await seen('ACCOUNTS is not JSON: see character 12.');
  await seen('accounts_invalid');
  say(answer(report({ accounts: [], kv: { bound: false } })));
  await page.getByRole('button', { name: 'Refresh' }).click();
  await seen('There is no account');
  await seen('No account is set.');
  await seen('Not bound');
});

test('text of the server is never read as HTML', options, async (t) => {
  const text = '<img src=x onerror="document.title=1"><b>bold</b>';
  const members = ['state', 'reason', 'message', 'location', 'upstream', 'credential'];
  const given = account(0, Object.fromEntries(members.map((name) => [name, text])));
  const { page, complaints } = await visit(t, answer(report({ accounts: [given], version: text })));
  await page.getByRole('heading', { name: 'Account 0' }).waitFor();
  assert.equal(await page.locator('main img, main b').count(), 0);
  assert.ok((await page.locator('#accounts').innerText()).includes(text));
  assert.deepEqual(complaints, []);
});

test('a thousand accounts are drawn at once and filtered by keyboard', options, async (t) => {
  const many = Array.from({ length: 1000 }, (_, index) =>
    account(index, index % 100 === 7 ? { state: 'cooling', until: kNow + 60 + index } : {}),
  );
  const { page, seen } = await visit(t, answer(report({ accounts: many })));
  await seen('990 of 1000 accounts are healthy');
  const shown = () => page.locator('#accounts > li:not([hidden])').count();
  assert.equal(await shown(), 1000);
  await page.getByRole('radio', { name: 'All (1,000)' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await shown(), 10);
  assert.ok(await page.getByRole('radio', { name: 'With problems (10)' }).isChecked());
  await page.keyboard.press('ArrowLeft');
  const begun_ms = performance.now(); // the page's own clock is not real
  await page.evaluate(async (now) => {
    const { tick } = await import('/status_view.mjs');
    for (let second = 0; second < 20; second++) tick(now + second);
  }, kNow);
  const spent_ms = performance.now() - begun_ms;
  assert.ok(spent_ms < 2000, `twenty seconds of counting take ${spent_ms} ms`);
});

// --- The product itself ---

test('the product serves the page beside the API, and neither hides the other', async (t) => {
  const { call } = await startProxy(t);
  const page = await call('/status', { headers: { authorization: undefined } });
  assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
  for (const [name, value] of kHeaders) assert.equal(page.headers[name.toLowerCase()], value, name);
  for (const name of readdirSync(`${kRoot}public`).filter((each) => /css|mjs|svg/.test(each))) {
    assert.equal((await call(`/${name}`)).status, 200, name);
  }
  for (const path of ['/status/', '/status.html']) {
    const moved = await call(path);
    assert.deepEqual([moved.status, moved.headers.location], [307, '/status'], path);
  }
  assert.equal((await call('/v1/status')).json.object, 'proxy.status');
  assert.equal((await call('/')).status, 200);
  assert.equal((await call('/v1/models')).json.object, 'list');
  for (const path of ['/_headers', '/statuses', '/index.html']) {
    assert.equal((await call(path)).json.error.code, 'unknown_url', path);
  }
});

test('the page shows what the product knows', options, async (t) => {
  const entries = ['refresh-a', 'revoked-b', { refresh_token: 'refresh-c', disabled: true }, {}];
  const settings = { ACCOUNTS: accounts(...entries) };
  const proxy = await startProxy(t, { settings });
  const { page, requests, complaints } = await browser.open(t);
  await page.goto(`${proxy.url}/status`);
  await enterKey(page, kKey);
  await page.getByText('2 of 4 accounts are healthy').waitFor();
  const words = async (index) => page.locator('#accounts > li').nth(index).innerText();
  assert.match(await words(0), /Healthy[^]*Gemini API · refresh token[^]*none yet/);
  assert.match(await words(2), /Disabled/);
  assert.match(await words(3), /Invalid/);
  const isChosen = (index) => ({ 'x-proxy-account': `${index}` });
  assert.equal((await proxy.chat('Hello!', { stream: false }, isChosen(0))).status, 200);
  assert.notEqual((await proxy.chat('Hello!', { stream: false }, isChosen(1))).status, 200);
  await page.getByRole('button', { name: 'Refresh' }).click();
  await page.getByText('1 of 4 accounts is healthy').waitFor();
  assert.match(await words(0), /left \(until /);
  assert.match(await words(1), /Dead[^]*invalid_grant/);
  for (const each of requests) assert.equal(new URL(each).origin, proxy.url);
  await proxy.restart({ ...settings, ALLOW_ANONYMOUS: 'loopback' });
  await page.getByRole('button', { name: 'Forget key' }).click();
  await page.reload();
  await page.getByText('accounts are healthy').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Forget key' }).isVisible(), false);
  assert.deepEqual(complaints, []);
});
