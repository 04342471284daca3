// What the tests of the stand-in share: starting it, calling it over plain node:http (which shows a
// broken connection as it is), reading its streams.
import http from 'node:http';
import { issueToken } from '../../tools/google/oauth.mjs';
import { startGoogle } from '../../tools/google/server.mjs';

export const user = (text) => ({ role: 'user', parts: [{ text }] });
export const goodToken = () => issueToken('refresh-a', 1, Date.now() + 3_600_000);

// Starts a stand-in that answers without delay and is closed with the test.
export async function start(t, options = {}) {
  const google = await startGoogle({ eventDelayMs: 0, ...options });
  t.after(() => google.close());
  return google;
}

// One call. An object as body is sent as JSON; without `headers` a good token is sent along.
//   returns  {status, headers, text, bytes, isBroken, request}; isBroken: the connection ended
//            before the answer did
export async function ask(google, path, { method = 'POST', body, headers } = {}) {
  const request = open(google, path, { method, body, headers });
  const response = await new Promise((resolve) => {
    request.on('response', resolve).on('error', () => resolve(null));
  });
  if (response === null) return { status: null, headers: {}, text: '', isBroken: true, request };
  const chunks = [];
  let isBroken = false;
  try {
    for await (const chunk of response) chunks.push(chunk);
  } catch {
    isBroken = true;
  }
  const bytes = Buffer.concat(chunks);
  return { status: response.statusCode, headers: response.headers, text: bytes.toString(), bytes,
    isBroken: isBroken || !response.complete, request };
}

// The same, not waited for.
export function open(google, path, { method = 'POST', body, headers } = {}) {
  const request = http.request(`${google.url}${path}`, { method, agent: false,
    headers: headers ?? { authorization: `Bearer ${goodToken()}`,
      'content-type': 'application/json' } });
  request.on('error', () => {});
  request.end(typeof body === 'object' && !Buffer.isBuffer(body) ? JSON.stringify(body) : body);
  return request;
}

export const refresh = (google, form) => ask(google, '/token',
  { body: new URLSearchParams(form).toString(),
  headers: { 'content-type': 'application/x-www-form-urlencoded' } });

export const generate = (google, model, body, more) =>
  ask(google, `/v1beta/models/${model}:generateContent`, { body, ...more });
export const stream = (google, model, body, more) =>
  ask(google, `/v1beta/models/${model}:streamGenerateContent?alt=sse`, { body, ...more });

// Events of a CRLF-framed stream, parsed.
export const eventsOf = (text) => text.split('\r\n\r\n').filter(Boolean)
  .map((frame) => JSON.parse(frame.replace(/^data: /, '')));
export const partsOf = (events) => events.flatMap((event) =>
  event.candidates?.[0]?.content?.parts ?? []);
export const textOf = (events) => partsOf(events).filter((part) => !part.thought)
  .map((part) => part.text ?? '').join('');
