// What the status page says, as plain text: no DOM, no clock. Times are seconds since 1970, UTC, as
// in the answer of GET /v1/status; `now` is the Worker's clock.

export const kStates = ['healthy', 'cooling', 'dead', 'invalid', 'disabled'];

const kStateWords = {
  healthy: 'Healthy',
  cooling: 'Cooling down',
  dead: 'Dead',
  invalid: 'Invalid',
  disabled: 'Disabled',
};
const kUpstreamWords = {
  gemini_api: 'Gemini API',
  vertex: 'Vertex AI',
  code_assist: 'Code Assist',
};
const kCredentialWords = {
  refresh_token: 'refresh token',
  api_key: 'API key',
  service_account: 'service account',
};

// A word that a newer Worker may add is shown as it came.
export const stateWord = (state) => kStateWords[state] ?? String(state);
export const stateClass = (state) => (kStates.includes(state) ? state : 'unknown');
export const credentialWord = (credential) => kCredentialWords[credential] ?? credential;

export function upstreamWord({ upstream, location }) {
  const name = kUpstreamWords[upstream] ?? upstream ?? 'No upstream';
  return location ? `${name}, ${location}` : name;
}

// Somebody may want to do something about it, or to know how long it lasts.
export const hasProblem = ({ state, models = [] }) =>
  (state !== 'healthy' && state !== 'disabled') || models.length > 0;

// 42 s, 4 min 12 s, 2 h 5 min, 3 d 4 h
export function duration(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const pair = (big, unit, small, smallUnit) =>
    small > 0 ? `${big} ${unit} ${small} ${smallUnit}` : `${big} ${unit}`;
  if (s < 60) return `${s} s`;
  if (s < 3600) return pair(Math.floor(s / 60), 'min', s % 60, 's');
  if (s < 86400) return pair(Math.floor(s / 3600), 'h', Math.floor((s % 3600) / 60), 'min');
  return pair(Math.floor(s / 86400), 'd', Math.floor((s % 86400) / 3600), 'h');
}

// The viewer's own time, with the day unless that is today.
export function localTime(at, now) {
  const [date, today] = [new Date(at * 1000), new Date(now * 1000)];
  const time = date.toLocaleTimeString();
  if (date.toDateString() === today.toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

export const ago = (at, now) => (now - at < 1 ? 'just now' : `${duration(now - at)} ago`);

// When a state, or a model's rest, ends.
export function ending(state, until, now) {
  const what = state === 'dead' ? 'Tried again' : 'Ready again';
  return until > now ? `${what} in ${duration(until - now)}` : `${what} from now on`;
}

export function tokenWords({ credential, state, token_expires: expires }, now) {
  if (credential === 'api_key') return 'not needed';
  if (expires === null) return state === 'healthy' ? 'none yet' : 'none';
  return expires > now ? `${duration(expires - now)} left` : 'expired';
}

// Of an account that cannot be asked and never was, the counts say nothing.
export const hasCounts = ({ state, requests, refreshes }) =>
  (state !== 'invalid' && state !== 'disabled') || requests > 0 || refreshes > 0;

// {state: how many}, in the order of kStates, then what else there is
export function countStates(accounts) {
  const counts = new Map(kStates.map((state) => [state, 0]));
  for (const { state } of accounts) counts.set(state, (counts.get(state) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 0));
}

// The overall line.
//   returns  {tone, headline, advice}; tone: good, warn or bad
export function overall({ accounts, error }, now) {
  const all = accounts.length;
  const healthy = accounts.filter(({ state }) => state === 'healthy').length;
  if (error) return { tone: 'bad', headline: 'No account can serve', advice: error.message };
  if (all === 0) {
    const advice = 'Put one into ACCOUNTS: `npx wrangler secret put ACCOUNTS`';
    return { tone: 'bad', headline: 'There is no account', advice };
  }
  const advice = [healthy === 0 && refusedUntil(accounts, now), ...tasks(accounts)];
  const tone = healthy === 0 ? 'bad' : accounts.some(hasProblem) ? 'warn' : 'good';
  return { tone, headline: headlineOf(healthy, all), advice: advice.filter(Boolean).join(' ') };
}

function headlineOf(healthy, all) {
  if (all === 1) return healthy === 1 ? 'The account is healthy' : 'The account is not healthy';
  if (healthy === 0) return `None of ${all} accounts is healthy`;
  if (healthy === all) return `All ${all} accounts are healthy`;
  return `${healthy} of ${all} accounts ${healthy === 1 ? 'is' : 'are'} healthy`;
}

function refusedUntil(accounts, now) {
  const resting = accounts.filter(({ state, until }) => state === 'cooling' && until !== null);
  if (resting.length === 0) return 'Chats are refused until one is mended.';
  const first = Math.min(...resting.map(({ until }) => until));
  const from = first > now ? `, at ${localTime(first, now)}` : '';
  return `Chats are refused until the first is ready again${from}.`;
}

// What to do, and what will pass.
function tasks(accounts) {
  const number = (isOne) => accounts.filter(isOne).length;
  const tell = (count, one, more) => count > 0 && (count === 1 ? `1 ${one}` : `${count} ${more}`);
  const needy = number(({ state }) => state === 'dead' || state === 'invalid');
  const resting = number(({ state }) => state === 'cooling');
  const partly = number(({ state, models }) => state === 'healthy' && models.length > 0);
  return [
    tell(needy, 'account needs you: see below.', 'accounts need you: see below.'),
    tell(resting, 'rests and returns by itself.', 'rest and return by themselves.'),
    tell(partly, 'healthy account rests for some models.', 'healthy ones rest for some models.'),
  ];
}

// The token cache.
//   returns  {isWell, text}
export function cacheWords({ bound, reads_failing: reads, writes_failing: writes }) {
  const failing = reads && writes ? 'Reads and writes' : reads ? 'Reads' : writes && 'Writes';
  if (!bound) return { isWell: false, text: 'Not bound: tokens are kept in memory only' };
  if (failing) return { isWell: false, text: `${failing} fail: tokens are kept in memory` };
  return { isWell: true, text: 'Works' };
}
