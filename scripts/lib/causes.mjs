// From what the Worker answers to what is wrong and how to mend it. The Worker's messages name the
// cause; this adds what an owner does about it, in the order: words of the message, then the code.
import { printable } from './command.mjs';

const kLogin = 'npm run login makes a new refresh token.';
const kNewKey = 'Is the service account there and enabled, and the clock of this machine right? '
  + 'Else make a new key for it.';
const kApis = 'https://console.cloud.google.com/apis/library/';
const kClient = 'Set OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET to the client of the token, or make a '
  + 'new token with yours: npm run login';
const kEntry = 'An entry is {"refresh_token":...}, {"api_key":...} or {"service_account":{...}}; '
  + 'npm run login makes one.';

const apiOf = (account) =>
  ({ vertex: 'aiplatform', code_assist: 'cloudaicompanion' }[account?.upstream]
    ?? 'generativelanguage');

// [words of the message, cause, mend or function of the account, level]
const kWords = [
  [/\(invalid_rapt|\(rapt_required/, 'the organization ended the session', kLogin],
  [/\(invalid_grant\)/, 'Google no longer accepts its credential (invalid_grant)',
    (account) => (account?.credential === 'service_account' ? kNewKey
      : `${kLogin} Every 7 days anew? Then publish the app (README, step 4).`)],
  [/\(client_id_missing\)|set OAUTH_CLIENT_ID with/,
    'there is no OAuth client for it (client_id_missing)', kClient],
  [/\((?:invalid|deleted|disabled|unauthorized)_client\)/,
    (message) => `Google refuses the OAuth client ${/\(\w+_client\)/.exec(message)[0]}`, kClient],
  [/\((?:timeout|network)\)/, 'the token endpoint cannot be reached',
    'Check the network, and OAUTH_BASE_URL if you set it.'],
  [/\((?:not_json|not_a_token_reply|access_token|token_type)\)/,
    'the token endpoint does not answer as Google does', 'Check OAUTH_BASE_URL.'],
  [/has not been used in project|it is disabled|SERVICE_DISABLED/i,
    'the API is not enabled in the project',
    (account) => `Enable it, wait a minute: ${kApis}${apiOf(account)}.googleapis.com`],
  [/\(api_key_invalid\)|API key (?:not valid|expired)/i, 'Google does not accept the API key',
    'Make a new one at https://aistudio.google.com/apikey and replace api_key in the entry.'],
  [/insufficient authentication scopes/i, 'the token was made without the scopes it needs',
    `${kLogin} Tick every box on the consent page.`],
  [/quota project/i, 'Google wants to know whose quota is used',
    'Add "projectId":"your-project-id" to the entry.'],
  [/permission to use project|USER_PROJECT_DENIED/i, 'the account may not use that project',
    'Check projectId; the account needs the role Service Usage Consumer in it.'],
  [/free tier is not available|requires billing|billing is disabled/i, 'the project needs billing',
    'Enable it: https://console.cloud.google.com/billing'],
];

// By code: [level, mend]
const kCodes = {
  accounts_not_configured: ['fail', 'npm run login makes an account.'],
  accounts_invalid: ['fail', 'In .dev.vars one line between single quotes: '
    + `ACCOUNTS='[{"refresh_token":"..."}]'. For the Worker: npx wrangler secret put ACCOUNTS, and `
    + 'paste it when asked.'],
  no_enabled_account: ['fail', 'Take "disabled" out of an entry, or add an account: npm run login'],
  account_invalid: ['fail', kEntry],
  account_is_client: ['fail', 'npm run login -- --client-file FILE makes the account.'],
  account_upstream_unknown: ['fail', 'upstream is "gemini", "vertex" or "codeassist".'],
  code_assist_disabled: ['fail', 'Read what the README says of Code Assist first.'],
  private_key_unreadable: ['fail', 'Put the key file in as Google gave it, or make a new key.'],
  location_invalid: ['fail', 'Such as "global", "eu" or "europe-west4".'],
  project_id_missing: ['fail', 'Add "projectId":"your-project-id" to the entry.'],
  project_id_invalid: ['fail', 'Correct projectId.'],
  account_duplicate: ['warn', 'Take one of the two entries out.'],
  account_member_ignored: ['warn', 'Correct it or take it out (docs/operations.md, Accounts).'],
  client_id_missing: ['fail', kClient],
  base_url_invalid: ['fail', 'https only (http for localhost); no user, query or fragment.'],
  configuration_invalid: ['fail', 'Correct the variable named.'],
  api_key_invalid: ['fail', 'Make a key with `openssl rand -hex 32`.'],
  allow_anonymous_invalid: ['fail', 'true, loopback or false, in small letters.'],
  variable_invalid: ['warn', 'Correct it or take it out (docs/operations.md, Variables).'],
  model_aliases_invalid: ['warn', 'A JSON object: {"gpt-4o":"gemini-2.5-flash"}.'],
  model_profiles_invalid: ['warn', 'A JSON array of objects with a "pattern".'],
  safety_settings_invalid: ['warn', 'A JSON array of objects with "category" and "threshold".'],
  secret_too_large: ['warn', 'Continue the list in ACCOUNTS_2.'],
  auth_open: ['warn', 'Take ALLOW_ANONYMOUS out.'],
  all_accounts_dead: ['fail', kLogin],
  token_refresh_failed: ['fail', 'docs/operations.md, "Why a refresh fails".'],
  upstream_permission_denied: ['fail', 'Check projectId, and what the account may do in it.'],
  unsupported_country_region_territory: ['fail', 'See Region below.'],
  insufficient_quota: ['fail', 'Wait for the next day (midnight in California), use another model '
    + 'or account, or a paid plan.'],
  rate_limit_exceeded: ['warn', 'Nothing is wrong with it: try again in a minute.'],
  model_not_found: ['fail', 'Choose a model the account has: npm run doctor -- --model NAME'],
  upstream_reset: ['fail', 'Check the network, and GEMINI_BASE_URL or VERTEX_BASE_URL if set.'],
  upstream_invalid_response: ['fail', 'Check GEMINI_BASE_URL or VERTEX_BASE_URL, and location.'],
  upstream_timeout: ['warn', 'Try again.'],
  upstream_overloaded: ['warn', 'Google is busy: try again.'],
  upstream_error: ['warn', 'Trouble at Google: try again.'],
  empty_response: ['warn', 'Try again.'],
};

const kCauses = {
  insufficient_quota: 'the quota of the day is spent, or there is none for this model',
  rate_limit_exceeded: "it is at Google's limit per minute",
  unsupported_country_region_territory: 'Google does not serve this place',
};

// What the Worker says of all accounts, in front of what it says of the one that was asked.
const kOfAll = /^No available token: (?:every account|Google refuses every account).*?\. /;

// A known cause in short, with Google's own words where there are some; else the Worker's words.
function causeIn(words, cause) {
  if (!cause) return words;
  const [google] = /Google: .*/.exec(words) ?? [];
  return google ? `${cause}. ${printable(google, 160)}` : cause;
}

// The cause and mend of an error or note.
//   error    {code, message}
//   account  of /v1/status, if it is about one
//   returns  {level, what, mend}
export function diagnose({ code, message }, account) {
  const words = printable(message, 400).replace(kOfAll, '') || String(code);
  const [level, usual] = Object.hasOwn(kCodes, code ?? '') ? kCodes[code] : ['fail'];
  const [, cause = kCauses[code], mend = usual] = kWords.find(([it]) => it.test(words)) ?? [];
  return {
    level,
    what: causeIn(words, typeof cause === 'function' ? cause(words) : cause),
    mend: (typeof mend === 'function' ? mend(account) : mend)
      ?? 'docs/operations.md explains every error code.',
  };
}
