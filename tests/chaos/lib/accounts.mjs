// The accounts that the proxy has in a run: sound ones of three upstreams, some whose tokens are
// short-lived and whose refreshes fail now and then, and some that can never serve.
import { generateKeyPairSync } from 'node:crypto';
import { callerOf, issueToken } from '../../../tools/google/oauth.mjs';

const kShort_ms = 100_000; // fresh, but not for long: refreshed by a request and then again

// Of the token endpoint, by name in presets.mjs or as an entry.
const kTokenFaults = [
  'invalid_grant',
  'invalid_rapt',
  'invalid_client',
  'unauthorized_client',
  'internal_failure',
  'token-429',
  'token-html',
  'token-missing',
  'token-hang',
  { cut: 'headers', reset: true },
  { status: 302, headers: { location: 'http://redirect.invalid/' }, body: '' },
  { status: 200, body: 'x'.repeat(70_000) },
  { status: 200, body: { access_token: 'two\nlines', expires_in: 3599, token_type: 'Bearer' } },
];
// Of the upstream, whatever is asked.
const kCallFaults = ['401', 'billing-disabled', 'consumer-suspended', 'scopes'];
// Of a refresh that may be tried again.
const kPassing = ['internal_failure', { cut: 'headers', reset: true }, { cut: 'headers' }];

//   secret   (name) => a marked text
//   returns  {entries: of ACCOUNTS, serviceAccounts, hidden: texts that nobody may see,
//            faultOf(call, random): what the account does to a call, if anything}
export function makeAccounts(secret) {
  const nature = new Map(); // refresh token, API key or caller of an access token -> {...}
  const add = (entry, its = {}) => {
    const { refresh_token: token, api_key: key } = entry;
    if (token) nature.set(callerOf({ authorization: issueToken(token, 0, 0) }), its);
    nature.set(token ?? key, its);
    return entry;
  };
  const user = (name, more) => ({ refresh_token: `refresh-${secret(name)}`, ...more });
  const range = (count, make) => Array.from({ length: count }, (_, i) => make(i));
  const { serviceAccounts, robots } = makeRobots(secret);
  const entries = [
    ...range(16, (i) => add(user(`user-${i}`))),
    ...range(6, (i) => add({ api_key: `key-${secret(`api-key-${i}`)}` })),
    ...range(6, (i) => add(user(`vertex-${i}`, { upstream: 'vertex', projectId: `project-${i}` }))),
    ...range(4, (i) => add(user(`assist-${i}`, { upstream: 'codeassist' }))),
    ...robots,
    ...range(4, (i) => add(user(`short-${i}`), { isShort: true })),
    ...kTokenFaults.map((token, i) => add(user(`dead-${i}`), { token })),
    ...kCallFaults.map((call, i) => add(user(`refused-${i}`), { call })),
    add({ api_key: `key-${secret('refused-key')}` }, { call: 'api-key' }),
  ];
  const faultOf = ({ target, body, headers }, random) => {
    const token = target === 'token' ? new URLSearchParams(body).get('refresh_token') : null;
    const its = nature.get(target === 'token' ? token : callerOf(headers)) ?? {};
    if (target !== 'token') return its.call && { fault: its.call };
    if (its.token) return typeof its.token === 'string' ? { fault: its.token } : its.token;
    if (!its.isShort) return undefined;
    if (random.chance(30)) return random.pick(kPassing);
    return { status: 200, body: shortToken(token, random) };
  };
  return { entries, serviceAccounts, faultOf };
}

function shortToken(token, random) {
  const access_token = issueToken(token, random.below(1e6), Date.now() + kShort_ms);
  return { access_token, expires_in: random.pick([30, 45, 61]), token_type: 'Bearer' };
}

function makeRobots(secret) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  secret('private key', privateKey.split('\n')[8]);
  const emails = ['robot-0', 'robot-1'].map((name) => `${name}@test-project.iam.example`);
  const robots = emails.map((client_email) => ({
    type: 'service_account',
    project_id: 'test-project',
    private_key_id: 'key-1',
    private_key: privateKey,
    client_email,
    token_uri: 'https://oauth2.googleapis.com/token',
  }));
  const known = emails.map((email) => [email, { publicKey, keyId: 'key-1' }]);
  return { serviceAccounts: Object.fromEntries(known), robots };
}
