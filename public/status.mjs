// The page at /status: asks GET /v1/status with the viewer's key, every ten seconds while somebody
// can see it, and says in words what went wrong. The key is in a header field and in the browser's
// storage, nowhere else.
import { applyFilter, draw, setText, show, tick } from './status_view.mjs';
import { duration, localTime } from './status_words.mjs';

const kStatusUrl = '/v1/status';
const kStorageName = 'proxy-status-key';
const kPeriod_ms = 10_000;
const kLongestPeriod_ms = 300_000; // between tries while something fails
const kPatience_ms = 15_000; // for one answer
const kKeyForm = /^[\x21-\x7e]{1,512}$/; // what a header field can carry and the Worker accepts

const byId = (id) => document.getElementById(id);
const isThisMachine = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(location.hostname);

let key = storedKey(); // null: none
let isWaitingForKey = false;
let asking; // AbortController of the request that is under way
let answeredAt_ms = 0; // when the report on the page came; 0: there is none
let clockAhead_ms = 0; // of the Worker's clock before this device's
let failures = 0; // since the last good answer
let nextAt_ms = 0;

// --- The key ---

// A browser may forbid storage; then the key lives as long as the page.
function storedKey() {
  try {
    return sessionStorage.getItem(kStorageName) ?? localStorage.getItem(kStorageName);
  } catch {
    return null;
  }
}

function storeKey(storage) {
  try {
    storage.setItem(kStorageName, key);
  } catch {
    // As above.
  }
}

function dropKey() {
  key = null;
  try {
    sessionStorage.removeItem(kStorageName);
    localStorage.removeItem(kStorageName);
  } catch {
    // Nothing was stored.
  }
}

function askForKey(problem) {
  isWaitingForKey = true;
  answeredAt_ms = 0;
  document.title = 'Proxy status';
  byId('key').value = '';
  sayKeyProblem(problem);
  drawFrame();
  byId('key').focus();
}

function sayKeyProblem(problem) {
  setText(byId('key-problem'), problem);
  byId('key').setAttribute('aria-invalid', String(problem !== ''));
}

function useKey(event) {
  event.preventDefault();
  const typed = byId('key').value.trim();
  if (!kKeyForm.test(typed)) {
    sayKeyProblem('A key has letters, digits and signs of plain ASCII only, and no spaces.');
    return;
  }
  key = typed;
  isWaitingForKey = false;
  storeKey(byId('remember').checked ? localStorage : sessionStorage);
  refresh();
}

function forgetKey() {
  asking?.abort();
  asking = undefined;
  dropKey();
  failures = 0;
  setText(byId('trouble'), '');
  askForKey('');
}

// --- Asking ---

// One question to the Worker.
//   returns  {status}, or {unauthorized: message}, or {trouble: text, pause_s}
async function ask(signal) {
  let response;
  let text;
  try {
    response = await fetch(kStatusUrl, {
      headers: key === null ? {} : { authorization: `Bearer ${key}` },
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.any([signal, AbortSignal.timeout(kPatience_ms)]),
    });
    text = await response.text();
  } catch (error) {
    if (error.name === 'TimeoutError') {
      return { trouble: `The Worker did not answer within ${kPatience_ms / 1000} seconds.` };
    }
    const where = navigator.onLine ? '' : ' This device is offline.';
    return { trouble: `The Worker cannot be reached.${where}` };
  }
  return read(response, parsed(text));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function read(response, json) {
  const message = typeof json?.error?.message === 'string' ? json.error.message : '';
  if (response.ok && json?.object === 'proxy.status') return { status: json };
  if (response.status === 401) return { unauthorized: message };
  const pause_s = Number(response.headers.get('retry-after')) || 0;
  return { trouble: `${troubleOf(response)} ${message}`.trim(), pause_s };
}

function troubleOf({ ok, status }) {
  if (ok) return 'The answer is not a status. Something else answers at this address.';
  if (status === 404) return 'The Worker knows no status (404): it is older than this page.';
  if (status >= 500) return `The Worker cannot answer now (${status}).`;
  return `The Worker refused to answer (${status}).`;
}

async function refresh() {
  if (asking) return;
  const mine = (asking = new AbortController());
  if (answeredAt_ms === 0) drawFrame();
  const answer = await ask(mine.signal);
  if (asking !== mine) return; // the key was forgotten meanwhile
  asking = undefined;
  take(answer);
}

function take({ status, unauthorized, trouble, pause_s = 0 }) {
  const now_ms = Date.now();
  failures = trouble ? failures + 1 : 0;
  const backOff_ms = Math.min(kPeriod_ms * 2 ** Math.max(0, failures - 1), kLongestPeriod_ms);
  nextAt_ms = now_ms + Math.max(backOff_ms, Math.min(pause_s * 1000, kLongestPeriod_ms));
  if (unauthorized !== undefined) {
    const problem = key === null ? '' : `This key is not accepted. ${unauthorized}`.trim();
    dropKey();
    setText(byId('trouble'), '');
    askForKey(problem);
    return;
  }
  if (status) {
    answeredAt_ms = now_ms;
    clockAhead_ms = status.now * 1000 - now_ms;
    draw(status, status.now);
  }
  const isFirst = byId('report').hidden && status;
  const kept = answeredAt_ms > 0 ? ` Below is what it said at ${timeOf(answeredAt_ms)}.` : '';
  setText(byId('trouble'), trouble ? trouble + kept : '');
  drawFrame();
  if (isFirst && key !== null) byId('headline').focus(); // the form that had the focus is gone
}

// --- What is around the report ---

const timeOf = (at_ms) => localTime(at_ms / 1000, Date.now() / 1000);

function drawFrame() {
  show(byId('key-form'), isWaitingForKey);
  show(byId('report'), !isWaitingForKey && answeredAt_ms > 0);
  show(byId('trouble'), byId('trouble').textContent !== '');
  show(byId('refresh'), !isWaitingForKey);
  show(byId('forget'), key !== null);
  byId('report').classList.toggle('stale', failures > 0);
  setText(byId('freshness'), freshness(Date.now()));
}

function freshness(now_ms) {
  if (isWaitingForKey) return '';
  if (answeredAt_ms === 0 && asking) return 'Asking the Worker …';
  const age_s = Math.floor((now_ms - answeredAt_ms) / 1000);
  const updated = age_s < 1 ? 'Updated just now' : `Updated ${duration(age_s)} ago`;
  const next = failures > 0 && `next try in ${duration(Math.ceil((nextAt_ms - now_ms) / 1000))}`;
  const parts = [answeredAt_ms > 0 && updated, asking ? 'asking again …' : next];
  const text = parts.filter(Boolean).join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function everySecond() {
  if (document.hidden || isWaitingForKey) return;
  const now_ms = Date.now();
  if (answeredAt_ms > 0) tick((now_ms + clockAhead_ms) / 1000);
  setText(byId('freshness'), freshness(now_ms));
  if (now_ms >= nextAt_ms) refresh(); // last, so that only a slow one is spoken of
}

byId('key-form').addEventListener('submit', useKey);
byId('key').addEventListener('input', () => sayKeyProblem(''));
byId('forget').addEventListener('click', forgetKey);
byId('refresh').addEventListener('click', refresh);
byId('filter').addEventListener('change', applyFilter);
document.addEventListener('visibilitychange', everySecond);
window.addEventListener('online', () => {
  nextAt_ms = 0;
  everySecond();
});
setInterval(everySecond, 1000);

if (key !== null || isThisMachine) refresh();
else askForKey('');
