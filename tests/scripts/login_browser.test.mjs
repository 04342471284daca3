// `npm run login` with a real browser on the stand-in's consent page: Chromium without a window,
// driven by playwright-core. Skipped where one of them is missing.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { startGoogle } from '../../tools/google/server.mjs';
import { run } from './support.mjs';

const kChromium = '/usr/bin/chromium';
const playwright = await import('playwright-core').catch(() => null);

function reasonToSkip() {
  if (!playwright) return 'playwright-core is not installed';
  return existsSync(kChromium) ? false : `there is no ${kChromium}`;
}
const options = { skip: reasonToSkip(), timeout: 60_000 };

// The command, and a page of a browser at the address that it prints.
async function openConsent(t) {
  const google = await startGoogle({ eventDelayMs: 0 });
  t.after(() => google.close());
  const command = run(t, 'login', [
    '--no-browser', '--auth-url', `${google.url}/o/oauth2/v2/auth`, '--oauth-base-url', google.url,
    '--client-id', 'test-client', '--client-secret', 'test-client-secret', '--save', 'print',
  ]);
  const browser = await playwright.chromium.launch({
    executablePath: kChromium,
    args: ['--no-sandbox'],
  });
  t.after(() => browser.close());
  const page = await browser.newPage();
  const [, address] = await command.said(/^ {2}(http\S+)$/m);
  await page.goto(address);
  return { command, page };
}

// Clicks, and waits for the command's own page.
async function click(page, name) {
  await page.getByRole('button', { name }).click();
  await page.getByText('You may close this window').waitFor();
}

test('Allow: the browser ends on the closing page, the account is printed', options, async (t) => {
  const { command, page } = await openConsent(t);
  await click(page, /allow/i);
  assert.equal(await page.getByRole('heading').innerText(), 'Signed in');
  assert.equal(await command.ended, 0);
  const entry = JSON.parse(command.out());
  assert.match(entry.refresh_token, /^\S+$/);
  assert.equal(entry.client_id, 'test-client');
});

test('Deny: the browser and the terminal say why nothing was made', options, async (t) => {
  const { command, page } = await openConsent(t);
  await click(page, /deny|cancel/i);
  assert.equal(await page.getByRole('heading').innerText(), 'Not signed in');
  assert.match(await page.locator('body').innerText(), /refused on the consent page/);
  assert.equal(await command.ended, 1);
  assert.match(command.talk(), /\(access_denied\)/);
  assert.equal(command.out(), '');
});
