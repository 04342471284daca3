// Those who call the proxy: each in its way of reading, leaving, or sending something wrong.
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const kSilence_ms = 60_000; // of the proxy; longer than any wait that is meant
const kSlow_ms = 4;
const kElsewhere = [
  { path: '/', status: 200 },
  { path: '/health', status: 200 },
  { path: '/v1/models', status: 200 },
  { path: '/v1/models', method: 'OPTIONS', status: 204 },
  { path: '/v1/nope', code: 'unknown_url' },
  { path: '/v1/chat/completions', method: 'GET', code: 'method_not_allowed' },
];

//   keys  {good: [...], bad: [...]}
export function makeCallers(url, keys) {
  const agents = [
    new http.Agent({ keepAlive: false, maxSockets: Infinity }),
    new http.Agent({ keepAlive: true, maxSockets: Infinity, timeout: 4_000 }),
  ];

  function requestOf(plan) {
    const { random } = plan;
    const elsewhere = plan.caller === 'elsewhere' ? random.pick(kElsewhere) : null;
    const key = random.pick(plan.caller === 'wrong key' ? keys.bad : keys.good);
    const named = random.chance(80) ? { authorization: `Bearer ${key}` } : { 'x-api-key': key };
    const body = elsewhere ? undefined : plan.body;
    if (elsewhere) plan.elsewhere = elsewhere;
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    return {
      body,
      path: elsewhere?.path ?? '/v1/chat/completions',
      method: elsewhere?.method ?? (elsewhere ? 'GET' : 'POST'),
      headers: { ...named, ...length, 'content-type': 'application/json', ...plan.bad?.headers },
    };
  }

  // Sends what is planned and reads the answer to its end, or to where the caller leaves.
  //   returns  {status, headers, text, error, left, ms}
  function send(plan) {
    const { body, ...options } = requestOf(plan);
    const { hostname: host, port } = url;
    const agent = agents[Number(plan.keepsConnection)];
    const request = http.request({ host, port, agent, timeout: kSilence_ms, ...options });
    const seen = { text: '', left: false };
    plan.begun = performance.now();
    const leave = () => {
      if (seen.left) return;
      seen.left = true;
      if (plan.leaves?.how === 'close') request.destroy();
      else request.socket?.resetAndDestroy() ?? request.destroy();
    };
    request.on('timeout', () => request.destroy(new Error(`nothing for ${kSilence_ms} ms`)));
    if (plan.caller === 'half a body') halfABody(request, body, leave);
    else request.end(body);
    const timer = plan.leaves?.ms === undefined ? null : setTimeout(leave, plan.leaves.ms);
    return new Promise((resolve) => {
      const end = (error) => {
        clearTimeout(timer);
        resolve({ ...seen, error: error?.message, ms: performance.now() - plan.begun });
      };
      request.on('error', end).on('response', (response) => {
        Object.assign(seen, { status: response.statusCode, headers: response.headers });
        response.on('error', end);
        read(plan, response, seen, leave).then(() => end(), end);
      });
    });
  }
  return { send, close: () => agents.forEach((agent) => agent.destroy()) };
}

// Sends a part of the body and leaves.
function halfABody(request, body, leave) {
  request.write(body.slice(0, body.length / 2), () => setTimeout(leave, 20));
}

async function read(plan, response, seen, leave) {
  response.setEncoding('utf8');
  for await (const piece of response) {
    seen.text += piece;
    if (plan.leaves?.bytes <= seen.text.length) leave();
    if (seen.left) return;
    if (plan.caller === 'slow') await pause(kSlow_ms);
  }
}
