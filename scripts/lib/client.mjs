// The OAuth client that a sign-in uses. It is always the owner's: none is built in.
import { readFileSync } from 'node:fs';
import { pathOf, Stop } from './command.mjs';
import { kPlaceholders } from './dev_vars.mjs';

const kHow = `No OAuth client is configured. It must be your own; to make one:
  1. https://console.cloud.google.com/auth/clients > Create client > type "Desktop app"
     (README, step 4, has every click).
  2. Download its JSON file, then:
       npm run login -- --client-file client_secret.json
     or put OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET into .dev.vars and run npm run login.`;

// Google's download: {"installed": {...}} of a Desktop app, {"web": {...}} of a web application.
function readClientFile(path) {
  let file;
  try {
    file = JSON.parse(readFileSync(pathOf(path), 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is not JSON' : `cannot be read (${error.code})`;
    throw new Stop(`${path} ${why}.`, 2);
  }
  if (file?.type === 'service_account') {
    throw new Stop(`${path} is a service account's key. That needs no sign-in: put it into `
      + 'ACCOUNTS as it is, [{"service_account":{...}}].', 2);
  }
  if (file?.type === 'authorized_user') {
    throw new Stop(`${path} is the result of a sign-in already: put it into ACCOUNTS as it is.`, 2);
  }
  const found = file?.installed ?? file?.web;
  if (typeof found?.client_id !== 'string' || found.client_id === '') {
    throw new Stop(`${path} is not the file that Google offers for download beside an OAuth `
      + 'client: there is no "installed" with a client_id in it.', 2);
  }
  const projectId = typeof found.project_id === 'string' ? found.project_id : undefined;
  const isWeb = file.installed === undefined;
  return { id: found.client_id, secret: String(found.client_secret ?? ''), projectId, isWeb };
}

export function commonClient(vars) {
  const { OAUTH_CLIENT_ID: id = '', OAUTH_CLIENT_SECRET: given = '' } = vars;
  if (id.trim() === '' || id === kPlaceholders.OAUTH_CLIENT_ID) return null;
  const secret = given === kPlaceholders.OAUTH_CLIENT_SECRET ? '' : given.trim();
  return { id: id.trim(), secret };
}

// The first of: the options, the file, .dev.vars, the environment.
//   options  of the command line
//   vars     of .dev.vars
//   returns  {id, secret, projectId?, isWeb?}
export function chooseClient(options, vars, environment = process.env) {
  const id = options['client-id'];
  const secret = options['client-secret'];
  if (id && options['client-file']) {
    throw new Stop('Give either --client-id and --client-secret or --client-file.', 2);
  }
  if (id) return { id: id.trim(), secret: (secret ?? '').trim() };
  if (secret) throw new Stop('--client-secret needs --client-id beside it.', 2);
  if (options['client-file']) return readClientFile(options['client-file']);
  const client = commonClient(vars) ?? commonClient(environment);
  if (client) return client;
  throw new Stop(kHow, 2);
}
