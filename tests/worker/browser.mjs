// Headless Chromium for tests of pages: the system's own, as none is downloaded. Where there is
// none, or it does not start, these tests are skipped and say so.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const kNames = ['chromium', 'chromium-browser', 'google-chrome'];
const kPatience_ms = 15_000;

function executable() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const paths = kNames.flatMap((name) => folders.map((folder) => join(folder, name)));
  return paths.find((path) => existsSync(path));
}

// Starts it; it ends with the test or suite `t`.
//   returns  {skip, open}; skip: false, or why there is no browser, as node:test wants it
//            open(t, options): a page in a profile of its own, see openPage()
export async function launch(t) {
  const executablePath = executable();
  if (!executablePath) return { skip: `no browser: none of ${kNames.join(', ')} is installed` };
  try {
    // The sandbox works neither for root nor in most containers, and the pages are ours.
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    t.after(() => browser.close());
    return { skip: false, open: (...given) => openPage(browser, ...given) };
  } catch (error) {
    const [why] = error.message.split('\n');
    return { skip: `no browser: ${executablePath} does not start: ${why}` };
  }
}

//   options  as playwright's newContext()
//   returns  {page, requests, complaints}; requests: URLs asked for, in order; complaints: errors
//            in the page and breaches of its content security policy, but no refused requests
async function openPage(browser, t, options) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  context.setDefaultTimeout(kPatience_ms);
  const page = await context.newPage();
  const [requests, complaints] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' || text.startsWith('Failed to load resource')) return;
    complaints.push(text);
  });
  return { page, requests, complaints };
}

// Nothing is wider than the window.
export async function fits(page) {
  const [needed, width] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    window.innerWidth,
  ]);
  assert.ok(needed <= width, `${needed} px in a window of ${width}`);
}

// Texts with less contrast than 4.5 to 1 (WCAG 2.2, 1.4.3), as [text, contrast].
export const faintTexts = (page) =>
  page.evaluate(() => {
    const channels = (color) => color.match(/[\d.]+/g).map(Number);
    const isClear = (color) => channels(color)[3] === 0;
    const linear = (value) =>
      value <= 10.31 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4;
    const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const behind = (element) => {
      const { backgroundColor } = getComputedStyle(element);
      return isClear(backgroundColor) ? behind(element.parentElement) : backgroundColor;
    };
    const faint = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement: element, textContent: text } = texts.currentNode;
      if (!text.trim() || !element.checkVisibility()) continue;
      const both = [getComputedStyle(element).color, behind(element)];
      const [dark, light] = both.map((color) => luminance(channels(color))).sort((a, b) => a - b);
      const contrast = (light + 0.05) / (dark + 0.05);
      if (contrast < 4.5) faint.push([text, contrast]);
    }
    return faint;
  });

// A picture of the whole page, as `path`. What is out of sight is not drawn, so the window becomes
// higher than any page.
export async function picture(page, path) {
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width, height: 4000 });
  const bottom = await page.evaluate(() => document.body.getBoundingClientRect().bottom);
  await page.screenshot({ path, clip: { x: 0, y: 0, width, height: Math.max(bottom, height) } });
  await page.setViewportSize({ width, height });
}
