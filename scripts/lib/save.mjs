// Keeps a new account: in .dev.vars, or in the secret of the deployed Worker.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Stop } from './command.mjs';
import { commonClient } from './client.mjs';
import {
  entriesOf, isPlaceholder, kPlaceholders, readVars, withAccount, withVar,
} from './dev_vars.mjs';

const kSecretBytes = 5120; // Cloudflare keeps no larger secret

const withClient = (entry, { id, secret }) =>
  ({ ...entry, client_id: id, ...(secret && { client_secret: secret }) });

// The entry as it works anywhere, with the client it was made with.
export const completeEntry = (entry, client) => withClient(entry, client);

const isSame = (a, b) => a !== null && a.id === b.id && a.secret === b.secret;

// The entry beside these variables: without a client if theirs is the same.
export const entryBeside = (entry, client, vars) =>
  isSame(commonClient(vars), client) ? entry : withClient(entry, client);

// Replaced as a whole, and read by its owner only.
function writeSecretFile(path, text) {
  const target = existsSync(path) ? realpathSync(path) : path;
  const draft = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Stop(`${path} cannot be written (${error.code}). The entry above is not saved.`);
  }
}

export function readDevVars(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw new Stop(`${path} cannot be read (${error.code}).`);
  }
}

// A new file is the example with a key of its own.
function newDevVars(examplePath) {
  const example = readFileSync(examplePath, 'utf8');
  return withVar(example, 'API_KEY', randomBytes(32).toString('hex')) ?? example;
}

const isUnset = (name, value) => (value ?? '').trim() === '' || value === kPlaceholders[name];

// The client becomes the common one where there is none yet.
function withCommonClient(text, client) {
  const vars = readVars(text);
  const { OAUTH_CLIENT_ID: id, OAUTH_CLIENT_SECRET: secret } = vars;
  const takesId = isUnset('OAUTH_CLIENT_ID', id);
  const takesSecret = isUnset('OAUTH_CLIENT_SECRET', secret);
  if (!takesId && !(id.trim() === client.id && takesSecret)) return text;
  const withId = withVar(text, 'OAUTH_CLIENT_ID', client.id);
  return withId && withVar(withId, 'OAUTH_CLIENT_SECRET', client.secret);
}

// Adds the entry to .dev.vars, which is made from the example if there is none.
//   returns  {isNew}; throws a Stop, with the file as it was, if it cannot be understood
export function saveToDevVars(path, examplePath, entry, client) {
  const before = readDevVars(path);
  const start = before ?? newDevVars(examplePath);
  const common = withCommonClient(start, client) ?? start;
  const after = withAccount(common, entryBeside(entry, client, readVars(common)));
  if (after === null) {
    throw new Stop(`${path} was not changed: its ACCOUNTS is there twice, or is not a JSON array `
      + 'on one line between single quotes. Put the entry above into it by hand.');
  }
  if (after !== before) writeSecretFile(path, after);
  return { isNew: before === null };
}

// What the whole secret becomes: the accounts of .dev.vars, if there are any, and the new one.
//   returns  {text, others}; others: how many come from .dev.vars
export function secretWith(vars, entry, client) {
  const common = commonClient(vars);
  const isOther = (each) => !isPlaceholder(each) && each?.refresh_token !== entry.refresh_token;
  const others = (entriesOf(vars.ACCOUNTS) ?? []).filter(isOther).map((each) => {
    const needsClient = each?.refresh_token && !each.client_id && common;
    return needsClient ? withClient(each, common) : each;
  });
  const text = JSON.stringify([...others, completeEntry(entry, client)]);
  if (Buffer.byteLength(text) > kSecretBytes) {
    throw new Stop(`ACCOUNTS would have ${Buffer.byteLength(text)} bytes, and Cloudflare keeps no `
      + `secret above ${kSecretBytes}. Put the entry above into a secret ACCOUNTS_2, which `
      + 'continues the list: npx wrangler secret put ACCOUNTS_2');
  }
  return { text, others: others.length };
}

// `wrangler secret put ACCOUNTS`; the value goes through stdin.
//   where  {name?, env?} of the Worker
export async function putSecret(root, text, { name, env }) {
  if (!existsSync(join(root, 'node_modules', '.bin', 'wrangler'))) {
    throw new Stop('wrangler is not installed yet: sh scripts/setup.sh. Then put the entry above '
      + 'into the secret: npx wrangler secret put ACCOUNTS');
  }
  const words = ['--no-install', 'wrangler', 'secret', 'put', 'ACCOUNTS'];
  if (name) words.push('--name', name);
  if (env) words.push('--env', env);
  const path = join(root, 'node_modules', '.bin') + delimiter + process.env.PATH;
  const child = spawn('npx', words, {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['pipe', 2, 2],
  });
  child.stdin.on('error', () => {}); // it left early; its exit code tells
  child.stdin.end(text);
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(127)).on('exit', (status) => resolve(status ?? 1));
  });
  if (code === 0) return;
  const mend = code === 127 ? 'npx was not found.' : 'Is `npx wrangler login` done?';
  throw new Stop(`wrangler could not set the secret (exit code ${code}). ${mend} The entry above `
    + 'is good: npx wrangler secret put ACCOUNTS');
}
