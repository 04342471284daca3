// Draws an answer of GET /v1/status. What comes from the server becomes text, never HTML. What has
// not changed is left alone, so that scrolling, selections and the focus stay where they are, and
// so that 1,000 accounts cost little.
import * as words from './status_words.mjs';

const byId = (id) => document.getElementById(id);

// make('p', 'fine', 'text', node, ...)
function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children.filter((child) => child !== null));
  return element;
}

// A screen reader repeats what is set anew, even to the same.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

// Texts that depend on the time: [node, now => text]
function live(clocks, tag, className, text) {
  const element = make(tag, className);
  clocks.push([element, text]);
  return element;
}

function timeAt(at, now) {
  const element = make('time', '', words.localTime(at, now));
  element.dateTime = new Date(at * 1000).toISOString();
  return element;
}

const codeOf = (code) => (code ? make('code', '', code) : null);

// Text in which the Worker quotes commands: `npx wrangler ...`
const quoting = (text) =>
  text.split(/`([^`]+)`/).map((part, at) => (at % 2 === 1 ? codeOf(part) : part));

function badge(state) {
  return make('span', `badge ${words.stateClass(state)}`, words.stateWord(state));
}

function fact(name, ...value) {
  return make('div', '', make('dt', '', name), make('dd', '', ...value));
}

const kCount = new Intl.NumberFormat();
const count = (number) => kCount.format(number ?? 0);

// --- One account ---

function why(message, reason) {
  if (!message && !reason) return null;
  const parts = [...quoting(message ?? ''), message && reason ? ' ' : null, codeOf(reason)];
  return make('p', 'why', ...parts);
}

function endOf(clocks, state, until, now) {
  if (until === null) return null;
  const text = live(clocks, 'span', '', (time) => words.ending(state, until, time));
  return make('p', 'ending', text, ' (', timeAt(until, now), ')');
}

function restingModel(clocks, { model, reason, message, until }, now) {
  const head = make('p', '', make('strong', '', model), ' rests');
  return make('li', '', head, why(message, reason), endOf(clocks, 'cooling', until, now));
}

function restingModels(clocks, models, now) {
  if (models.length === 0) return null;
  const items = models.map((each) => restingModel(clocks, each, now));
  return make('ul', 'models', ...items);
}

function accountFacts(clocks, account, now) {
  if (!words.hasCounts(account)) return null;
  const { token_expires: expires, last_used: lastUsed } = account;
  const token = live(clocks, 'span', '', (time) => words.tokenWords(account, time));
  const used = live(clocks, 'span', '', (time) => words.ago(lastUsed, time));
  return make(
    'dl',
    '',
    fact('Access token', token, ...(expires > now ? [' (until ', timeAt(expires, now), ')'] : [])),
    fact('Requests', count(account.requests)),
    fact('Failures', count(account.failures)),
    fact('Token refreshes', count(account.refreshes)),
    fact('Last used', lastUsed === null ? 'not yet' : used),
  );
}

//   returns  {element, clocks}
function drawAccount(account, now) {
  const { index, state, credential, models, message, reason, until } = account;
  const clocks = [];
  const where = [words.upstreamWord(account), words.credentialWord(credential)].filter(Boolean);
  const head = make(
    'div',
    'head',
    make('h3', '', `Account ${index}`),
    badge(state),
    make('p', 'where', where.join(' · ')),
  );
  const element = make(
    'li',
    `panel account ${words.stateClass(state)}`,
    head,
    why(message, reason),
    endOf(clocks, state, until, now),
    restingModels(clocks, models, now),
    accountFacts(clocks, account, now),
  );
  return { element, clocks };
}

// --- The whole ---

const rows = []; // {json, element, clocks, isTroubled}, one for each account, in order
let overview = []; // clocks above the accounts
let adviceShown; // as text, like the notes: what is the same is not drawn anew
let notesShown;

export function draw(status, now) {
  drawOverview(status, now);
  drawNotes(status.notes);
  drawAccounts(status.accounts, now);
  tick(now);
}

// Brings all that depends on the time up to date; once a second is enough.
export function tick(now) {
  const write = ([element, text]) => setText(element, text(now));
  overview.forEach(write);
  for (const { element, clocks } of rows) if (!element.hidden) clocks.forEach(write);
}

function drawOverview(status, now) {
  const { tone, headline, advice } = words.overall(status, now);
  const { accounts, error, kv, started, version } = status;
  overview = [];
  byId('headline').className = tone;
  setText(byId('headline'), headline);
  drawAdvice(advice, error?.code);
  document.title = `${headline} - Proxy status`;
  const counts = words.countStates(accounts);
  byId('shares').replaceChildren(...[...counts].map(share));
  byId('legend').replaceChildren(
    ...[...counts].map(([state, number]) => make('li', '', badge(state), ` ${count(number)}`)),
  );
  const sum = (name) => count(accounts.reduce((total, each) => total + (each[name] ?? 0), 0));
  const cache = words.cacheWords(kv);
  const age = live(overview, 'span', '', (time) => words.ago(started, time));
  byId('facts').replaceChildren(
    fact('Token cache (KV)', make('span', cache.isWell ? '' : 'problem', cache.text)),
    fact('Isolate started', age, ' (', timeAt(started, now), ')'),
    fact('Requests', sum('requests')),
    fact('Failures', sum('failures')),
    fact('Version', version),
  );
}

// Holds no countdown: a screen reader would say it every second.
function drawAdvice(advice, code) {
  const element = byId('advice');
  show(element, advice !== '');
  const whole = `${advice} ${code ?? ''}`;
  if (whole === adviceShown) return;
  adviceShown = whole;
  element.replaceChildren(...quoting(advice), ...(code ? [' ', codeOf(code)] : []));
}

function share([state, number]) {
  const element = make('span', words.stateClass(state));
  element.style.flexGrow = number;
  return element;
}

function drawNotes(notes) {
  show(byId('notes-section'), notes.length > 0);
  const json = JSON.stringify(notes);
  if (json === notesShown) return;
  notesShown = json;
  const item = ({ code, message, account }) =>
    make(
      'li',
      '',
      account === null ? null : make('strong', '', `Account ${account}: `),
      ...quoting(message ?? ''),
      ' ',
      codeOf(code),
    );
  byId('notes').replaceChildren(...notes.map(item));
}

function drawAccounts(accounts, now) {
  const list = byId('accounts');
  accounts.forEach((account, at) => {
    const json = JSON.stringify(account);
    const old = rows[at];
    if (old?.json === json) return;
    const row = { json, ...drawAccount(account, now), isTroubled: words.hasProblem(account) };
    if (old) old.element.replaceWith(row.element);
    else list.append(row.element);
    rows[at] = row;
  });
  for (const { element } of rows.splice(accounts.length)) element.remove();
  applyFilter();
}

export function applyFilter() {
  const onlyProblems = byId('filter').querySelector(':checked').value === 'problems';
  const troubled = rows.filter(({ isTroubled }) => isTroubled).length;
  for (const { element, isTroubled } of rows) show(element, isTroubled || !onlyProblems);
  const [all, problems] = byId('filter').querySelectorAll('span');
  setText(all, `All (${count(rows.length)})`);
  setText(problems, `With problems (${count(troubled)})`);
  show(byId('nothing'), rows.length === 0 || (onlyProblems && troubled === 0));
  setText(byId('nothing'), rows.length === 0 ? 'No account is set.' : 'No account has a problem.');
}
