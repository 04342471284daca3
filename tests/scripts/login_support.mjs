// `npm run login` without a browser: the printed address is read, and its answer is sent by hand.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kRoot, run, serve, temporaryFolder } from './support.mjs';

export const kScope = 'https://www.googleapis.com/auth/';
export const kGemini = `${kScope}cloud-platform ${kScope}generative-language.retriever`;
export const kTokens = {
  access_token: 'access-1',
  expires_in: 3599,
  refresh_token: 'refresh-a',
  scope: kGemini,
  token_type: 'Bearer',
};
export const kClient = ['--client-id', 'test-client', '--client-secret', 'test-client-secret'];
export const kExample = readFileSync(join(kRoot, '.dev.vars.example'), 'utf8');

// A token endpoint that takes every code.
export const goodEndpoint = (t) => serve(t, () => ({ body: kTokens }));

// Starts the command; nothing of this machine's own .dev.vars is seen.
//   returns  run()'s, and {address, back, folder, devVars}; address: the consent page's;
//            back(query): what the browser asks for when it comes back; {status, text}
export async function login(t, google, words, options = {}) {
  const folder = options.folder ?? temporaryFolder(t);
  const devVars = join(folder, '.dev.vars');
  const command = run(t, 'login', [
    '--no-browser', '--dev-vars', devVars, '--auth-url', `${google.url}/o/oauth2/v2/auth`,
    '--oauth-base-url', google.url, ...words,
  ], options);
  const [, printed] = await command.said(/^ {2}(http\S+)$/m);
  const address = new URL(printed);
  const back = (query) => ask(address.searchParams.get('redirect_uri'), query);
  return { ...command, address, back, folder, devVars };
}

export function ask(origin, query, { method = 'GET', path = '/', headers = {} } = {}) {
  const url = `${origin}${path}?${new URLSearchParams(query)}`;
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, async (response) => {
      let text = '';
      for await (const piece of response.setEncoding('utf8')) text += piece;
      resolve({ status: response.statusCode, text, headers: response.headers });
    });
    request.on('error', reject).end();
  });
}

export const stateOf = ({ address }) => address.searchParams.get('state');

// Signs in and waits for the end; returns the command.
export async function signIn(t, google, words, options) {
  const command = await login(t, google, words, options);
  await command.back({ code: 'code-1', state: stateOf(command) });
  await command.ended;
  return command;
}
