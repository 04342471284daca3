// `npm run login`: signs in to Google with the owner's OAuth client and makes an entry for
// ACCOUNTS. The entry goes to stdout, everything else to stderr.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openBrowser } from './lib/browser.mjs';
import { listenForAnswer } from './lib/callback.mjs';
import { chooseClient } from './lib/client.mjs';
import {
  ask, checkedUrl, isInteractive, isYes, pathOf, readOptions, runCommand, say, Stop,
} from './lib/command.mjs';
import { quotableJson, readVars } from './lib/dev_vars.mjs';
import {
  consentUrl, exchangeCode, kAuthUrl, kOAuthBaseUrl, kScopes, newAttempt, refusal,
} from './lib/oauth.mjs';
import { entryBeside, putSecret, readDevVars, saveToDevVars, secretWith } from './lib/save.mjs';

const kRoot = fileURLToPath(new URL('..', import.meta.url));

const kProject = /^[A-Za-z0-9][\w.:-]{0,127}$/; // as the Worker takes it

const kHelp = `
Signs in to Google in your browser and prints an account for ACCOUNTS, as one line of JSON.

  npm run login -- [options]

Your OAuth client (README, step 4), from the first of these that is there:
  --client-id ID --client-secret SECRET
  --client-file FILE      the file that Google offers for download, client_secret.json
  OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET in .dev.vars, then in the environment

What the account is for:
  --upstream NAME         gemini (default), vertex or codeassist
  --project ID            Google Cloud project whose quota is used; asked for if left out
  --location PLACE        vertex only, such as europe-west4; "global" if left out
  --enable-code-assist    allows --upstream codeassist, like ENABLE_CODE_ASSIST=1 in .dev.vars

How to sign in:
  --no-browser            only print the address, open no browser
  --port N                port on 127.0.0.1 that the browser comes back to; any free one if left out
  --timeout-s N           how long to wait for you, 300 if left out

Where the account goes (asked for on a terminal if left out):
  --save print            nowhere, it is only printed
  --save dev-vars         into .dev.vars, for npm start and npm run doctor
  --save secret           into the secret ACCOUNTS of the deployed Worker, with wrangler
  --save dev-vars,secret  both
  --yes                   replace the secret without asking
  --name NAME, --env ENV  of the deployed Worker, passed on to wrangler
  --dev-vars FILE         another .dev.vars

For tests:
  --auth-url URL          consent page (or OAUTH_AUTH_URL in .dev.vars)
  --oauth-base-url URL    token endpoint without /token (or OAUTH_BASE_URL in .dev.vars)
`;

const kText = { type: 'string' };
const kFlag = { type: 'boolean', default: false };
const kOptions = {
  'client-id': kText,
  'client-secret': kText,
  'client-file': kText,
  upstream: { type: 'string', default: 'gemini' },
  project: kText,
  location: kText,
  'enable-code-assist': kFlag,
  'no-browser': kFlag,
  port: { type: 'string', default: '0' },
  'timeout-s': { type: 'string', default: '300' },
  save: kText,
  yes: kFlag,
  name: kText,
  env: kText,
  'dev-vars': { type: 'string', default: join(kRoot, '.dev.vars') },
  'auth-url': kText,
  'oauth-base-url': kText,
};

const kTerms = `Please note: Google's terms forbid using Code Assist through other software than
Google's own for most accounts, and Google may suspend the account. This proxy is other software.`;

function wholeNumber(text, name, least, most) {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new Stop(`${name} must be a whole number from ${least} to ${most}.`, 2);
}

function checkUpstream({ upstream, location, 'enable-code-assist': enabled }, vars) {
  if (!Object.hasOwn(kScopes, upstream)) {
    throw new Stop('--upstream must be gemini, vertex or codeassist.', 2);
  }
  if (location !== undefined && upstream !== 'vertex') {
    throw new Stop('--location goes with --upstream vertex only.', 2);
  }
  if (location !== undefined && !/^[a-z0-9-]{1,40}$/.test(location)) {
    throw new Stop('--location must be a place such as europe-west4, us or global.', 2);
  }
  if (upstream !== 'codeassist') return;
  say(kTerms);
  if (!enabled && vars.ENABLE_CODE_ASSIST !== '1') {
    throw new Stop('Code Assist is off. If you may use it all the same, run again with '
      + '--enable-code-assist; the Worker needs ENABLE_CODE_ASSIST=1, too.', 2);
  }
}

function placesOf({ save, yes }) {
  if (save === undefined) return null;
  const places = save.split(',');
  if (!places.every((place) => ['print', 'dev-vars', 'secret'].includes(place))) {
    throw new Stop('--save must be print, dev-vars, secret or dev-vars,secret.', 2);
  }
  // Before the sign-in, so that no token is made in vain.
  if (places.includes('secret') && !yes && !isInteractive()) {
    throw new Stop('--save secret replaces the whole secret ACCOUNTS; without a terminal to ask on '
      + 'it needs --yes.', 2);
  }
  return places;
}

// All that can be wrong before Google is asked.
function settingsOf(options) {
  if (options.project && !kProject.test(options.project.trim())) {
    throw new Stop('--project must be a project ID: letters, digits, and . _ : - between them.', 2);
  }
  const devVars = readDevVars(pathOf(options['dev-vars']));
  const vars = readVars(devVars ?? '');
  const places = placesOf(options);
  checkUpstream(options, vars);
  const url = (option, variable, fallback) =>
    options[option] ? checkedUrl(options[option], `--${option}`)
      : checkedUrl(vars[variable] || fallback, variable);
  return {
    vars,
    places,
    client: chooseClient(options, vars),
    upstream: options.upstream,
    scopes: kScopes[options.upstream],
    authUrl: url('auth-url', 'OAUTH_AUTH_URL', kAuthUrl),
    baseUrl: url('oauth-base-url', 'OAUTH_BASE_URL', kOAuthBaseUrl),
    port: wholeNumber(options.port, '--port', 0, 65535),
    timeout_s: wholeNumber(options['timeout-s'], '--timeout-s', 1, 86400),
    opensBrowser: !options['no-browser'],
  };
}

function introduce(url, { client, port, timeout_s, opensBrowser }) {
  if (client.isWeb && port === 0) {
    say('This client is of type "Web application", which comes back to registered addresses only.'
      + '\nUse a client of type "Desktop app", or register http://127.0.0.1:8085 and add'
      + ' --port 8085.\n');
  }
  say(`${opensBrowser ? 'Your browser opens. If it does not, open' : 'Open'} this address:\n`);
  say(`  ${url}\n`);
  say('Google warns that the app is not verified, as it is your own: Advanced, then Go to ...');
  say('Tick every box on the consent page.');
  if (isInteractive()) {
    say('Is the browser on another machine? Then its last page will not load: copy the address of');
    say('that page from the address bar and paste it here.');
  }
  say(`Waiting for you, at most ${timeout_s} s. Ctrl-C ends this.`);
}

// Lines that are pasted into the terminal while the browser is waited for.
function watchTerminal(take) {
  if (!isInteractive()) return () => {};
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    const url = URL.canParse(line.trim()) ? new URL(line.trim()) : null;
    if (!url || !take(url)) say('That is not the address of the last page; it has ?state= in it.');
  });
  return () => lines.close();
}

// From the consent page to a refresh token.
async function signIn(settings) {
  const { client, scopes, baseUrl, timeout_s } = settings;
  const attempt = newAttempt();
  const settle = async ({ code, error }) => {
    if (error) throw refusal(error);
    const { redirectUri } = answer;
    return exchangeCode(baseUrl, { code, client, redirectUri, attempt, scopes });
  };
  const answer = await listenForAnswer({ port: settings.port, state: attempt.state, settle });
  const { redirectUri } = answer;
  const url = consentUrl(settings.authUrl, { clientId: client.id, redirectUri, scopes, attempt });
  introduce(url, settings);
  if (settings.opensBrowser) openBrowser(url);
  const leaveTerminal = watchTerminal(answer.take);
  let timer;
  const tooLate = new Promise((_, reject) => {
    const message = `Nobody came back within ${timeout_s} s. If Google showed an error instead of `
      + 'the consent page: redirect_uri_mismatch means that the client must be of type "Desktop '
      + 'app", invalid_client that its id is wrong, access_denied that you are no test user.';
    timer = setTimeout(() => reject(new Stop(message)), timeout_s * 1000);
  });
  try {
    return await Promise.race([answer.outcome, tooLate]);
  } finally {
    clearTimeout(timer);
    leaveTerminal();
    await answer.close();
  }
}

// The project whose quota is used: as given, as in the client's file, else asked for.
async function projectFor(options, { client, upstream }) {
  if (options.project) return options.project.trim();
  if (upstream === 'codeassist') return undefined; // Google has one of its own for the account
  const offered = client.projectId;
  if (!isInteractive()) {
    if (offered) say(`The project is ${offered}, as in the client's file.`);
    else if (upstream === 'vertex') say('Vertex AI needs a projectId: add it to the entry.');
    return offered;
  }
  const hint = offered ? ` [${offered}]` : ' (empty: none)';
  for (;;) {
    const given = (await ask(`Google Cloud project whose quota is used${hint}: `)) || offered;
    if (!given || kProject.test(given)) return given;
    say('That is no project ID: letters, digits, and . _ : - between them.');
  }
}

function entryFor(token, projectId, { upstream, vars }, location) {
  const isDefault = upstream === 'gemini' && (vars.DEFAULT_UPSTREAM || 'gemini') === upstream;
  return {
    refresh_token: token,
    ...(projectId && { projectId }),
    ...(!isDefault && { upstream }),
    ...(location && { location }),
  };
}

async function askPlaces() {
  if (!isInteractive()) return ['print'];
  say('\nWhere shall it go?');
  say('  1  into .dev.vars, for this machine');
  say('  2  into the secret ACCOUNTS of the deployed Worker');
  say('  3  both');
  const answer = await ask('1, 2, 3, or nothing to keep it yourself: ');
  return { 1: ['dev-vars'], 2: ['secret'], 3: ['dev-vars', 'secret'] }[answer] ?? ['print'];
}

async function saveSecret(options, entry, { client, vars }) {
  const { text, others } = secretWith(vars, entry, client);
  say('\nA secret cannot be read back, so the whole ACCOUNTS of the deployed Worker is replaced.');
  const kept = others === 1 ? 'the account' : `the ${others} accounts`;
  say(`It will hold ${others === 0 ? 'this account alone' : `${kept} of .dev.vars and this one`}.`);
  if (!options.yes && !isYes(await ask('Replace it? [y/N] '))) {
    say('Nothing was changed there.');
    return;
  }
  await putSecret(kRoot, text, options);
  say('Next: npm run doctor -- --url https://<address of your Worker>');
}

async function save(options, places, entry, settings) {
  const path = pathOf(options['dev-vars']);
  if (places.includes('dev-vars')) {
    const { isNew } = saveToDevVars(path, join(kRoot, '.dev.vars.example'), entry, settings.client);
    say(`\nSaved in ${path}${isNew ? ', which is new and has an API_KEY of its own' : ''}.`);
    say('Next: npm run doctor, then npm start');
  }
  if (places.includes('secret')) await saveSecret(options, entry, settings);
  if (places.includes('print')) {
    say('\nPut it into the array ACCOUNTS: in .dev.vars for this machine, with');
    say('`npx wrangler secret put ACCOUNTS` for the deployed Worker. Then: npm run doctor');
  }
  if (settings.upstream === 'codeassist' && settings.vars.ENABLE_CODE_ASSIST !== '1') {
    say('The Worker uses this account only with ENABLE_CODE_ASSIST=1.');
  }
}

async function main(words) {
  const options = readOptions(words, kOptions, kHelp);
  if (options === null) return 0;
  const settings = settingsOf(options);
  const token = await signIn(settings);
  say('\nSigned in.');
  const projectId = await projectFor(options, settings);
  const entry = entryFor(token, projectId, settings, options.location);
  say('The entry for ACCOUNTS; keep it secret:\n');
  console.log(quotableJson(entryBeside(entry, settings.client, settings.vars)));
  await save(options, settings.places ?? (await askPlaces()), entry, settings);
  return 0;
}

await runCommand(main);
