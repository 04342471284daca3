// Waits on this machine for the browser that comes back from Google's consent page.
// Only an answer with the right `state` counts; anything else that knocks (a scanner, a page that
// guesses the port) is turned away with the same words, and the waiting goes on.
// Source: RFC 8252 7.3 (loopback redirect), RFC 6749 4.1.2 (answer of the consent page).
import { createServer } from 'node:http';
import { once } from 'node:events';
import { timingSafeEqual } from 'node:crypto';
import { Stop } from './command.mjs';

const kForeign = 'This is not the answer to the sign-in that is waiting here.';

const kClose = 'You may close this window and go back to the terminal.';

const kEntities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => text.replace(/[&<>"']/g, (c) => kEntities[c]);

function page(title, ...texts) {
  const style = 'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;'
    + 'padding:0 1rem}:root{color-scheme:light dark}';
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
${texts.map((text) => `<p>${escaped(text)}</p>`).join('\n')}
</html>
`;
}

const kHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  connection: 'close',
};

function isSame(text, secret) {
  const [a, b] = [Buffer.from(text ?? ''), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

// Starts to listen on 127.0.0.1.
//   port     0: any free one
//   state    what the answer must repeat
//   settle   called once, with {code} or {error} of the answer; what it returns or throws (a Stop)
//            is the outcome, which the browser is told, too
//   returns  {redirectUri, outcome, take(url), close()}; outcome: promise of what settle returned;
//            take(url): the same for an address that was copied from the browser's address bar;
//            true if it was the answer
export async function listenForAnswer({ port, state, settle }) {
  let outcome;
  let decide;
  const decided = new Promise((resolve) => (decide = resolve));
  const takeQuery = (query) => {
    const [code, error] = [query.get('code'), query.get('error')];
    if (!isSame(query.get('state'), state) || !(code || error)) return false;
    if (!outcome) {
      outcome = settle(code ? { code } : { error });
      decide({ outcome });
    }
    return true;
  };
  const server = createServer(async (request, response) => {
    const send = (status, title, ...texts) =>
      response.writeHead(status, kHeaders).end(page(title, ...texts));
    const host = `127.0.0.1:${server.address()?.port}`;
    const [path, query = ''] = request.url.split(/\?(.*)/s);
    // Another host means a page that points its own name at this machine.
    if (request.headers.host !== host || path !== '/') return send(404, 'Not found', kForeign);
    if (request.method !== 'GET') return send(405, 'Not allowed', kForeign);
    if (!takeQuery(new URLSearchParams(query))) return send(400, 'Nothing to see', kForeign);
    try {
      await outcome;
      return send(200, 'Signed in', kClose);
    } catch (error) {
      return send(200, 'Not signed in', error.message, kClose);
    }
  });
  server.listen({ port, host: '127.0.0.1', exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    const why = { EADDRINUSE: 'is taken', EACCES: 'may not be used' }[error.code] ?? error.code;
    throw new Stop(`Port ${port} of 127.0.0.1 ${why}. Choose another --port, or leave it out.`);
  }
  return {
    redirectUri: `http://127.0.0.1:${server.address().port}`,
    outcome: decided.then((it) => it.outcome),
    take: (url) => takeQuery(url.searchParams),
    close: () => closeGently(server),
  };
}

// Lets the last page arrive, and waits for no one.
async function closeGently(server) {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), 1000);
  await closed;
  clearTimeout(late);
}
