// The Worker's entry point. It carries bytes and events between the platform and proxy.wasm and
// knows nothing of what they mean: every decision is C++.
//
// One wasm instance, the engine, serves all calls of the isolate. An exception out of it (a trap, a
// stack overflow, an import that throws) leaves it in an unknown state: it is never entered again,
// its calls are answered with an error, and the next request gets a new engine. A request may touch
// only its own streams and timers (platform rule), so nothing here acts for another call: it
// resolves that call's promise, and the call's own callback acts.
import wasm from '../build/wasm/proxy.wasm';
import { close, encoder, hostImports, send } from './host.mjs';
import { ignore, Source } from './streams.mjs';

const kRecycleBytes = 32 * 1024 * 1024; // as in base/limits.h
let current; // the engine that takes new calls

function newEngine(env) {
  const engine = { env, calls: new Map(), lastId: 0, inside: false, dead: false };
  const imports = hostImports(engine, { resume, cancel, finish });
  engine.exports = new WebAssembly.Instance(wasm, imports).exports;
  engine.exports._initialize();
  return engine;
}

function openCall(engine, { url, body }) {
  const call = { engine, url, id: (engine.lastId = (engine.lastId + 1) >>> 0), answered: false };
  call.answer = Promise.withResolvers(); // the Response
  call.ended = Promise.withResolvers(); // nothing is left to do for this call
  call.killed = Promise.withResolvers(); // its engine is dead
  call.written = Promise.resolve(); // the client has taken what was written to a streamed answer
  const own = new Source(body, 16 * 1024, () => own.reader?.cancel().catch(ignore));
  call.open = new Map([[0, own]]); // what can be dropped, by operation; a body by its fetch's
  call.killed.promise.then(() => { refuse(call, 500, 'internal_error'); finish(call); });
  engine.calls.set(call.id, call);
  return call;
}

// The only way into the wasm. The bytes go into a block of its memory that C++ will own.
function enter(call, entry, bytes, ...numbers) {
  const { engine, id } = call;
  if (call.over || engine.dead) return;
  // Still set: the platform stopped the last entry half-way (CPU limit).
  if (engine.inside) return die(call, 'interrupted');
  engine.inside = true;
  try {
    const { exports } = engine;
    const size = bytes?.length ?? 0;
    const at = size !== 0 ? exports.alloc(id, numbers[0] ?? 0, size) : 0;
    if (size !== 0 && at === 0) {
      // No room. Spawned work that waits for these bytes is told so.
      refuse(call, 503, 'server_busy');
      exports.cancel(id);
      exports.resume(id, numbers[0], 0, 0, 0);
    } else {
      if (size !== 0) new Uint8Array(exports.memory.buffer).set(bytes, at);
      exports[entry](id, ...numbers, at, size);
    }
    engine.inside = false;
  } catch (error) {
    die(call, error instanceof WebAssembly.RuntimeError ? error.message : error.name);
  }
}

const resume = (call, op, status, bytes) => enter(call, 'resume', bytes, op, status);
const cancel = (call) => enter(call, 'cancel');

function die({ engine, url }, kind) {
  engine.dead = true;
  if (current === engine) current = undefined;
  console.error(JSON.stringify({ ev: 'trap', kind, route: new URL(url).pathname.slice(0, 128) }));
  for (const call of engine.calls.values()) call.killed.resolve();
}

function finish(call) {
  const { engine } = call;
  call.over = true;
  engine.calls.delete(call.id);
  for (const { drop } of call.open.values()) drop();
  if (!call.answered || call.writer) refuse(call, 500, 'internal_error');
  call.ended.resolve(call.written);
  // Memory never shrinks. Without calls, nothing but cached tokens is lost with it.
  const big = engine.exports.memory.buffer.byteLength > kRecycleBytes;
  if (big && engine.calls.size === 0 && current === engine) current = undefined;
}

// Ends a call's answer with an error of the shim's own: in a stream as one event.
function refuse(call, status, code) {
  send(call, encoder.encode(`data: ${errorBody(code)}\n\n`));
  close(call);
  if (!call.answered) call.answer.resolve(errorResponse(status, code));
  call.answered = true;
}

function errorBody(code) {
  const message = 'The proxy could not finish this request. Please try again.';
  return JSON.stringify({ error: { message, type: 'server_error', param: null, code } });
}

function errorResponse(status, code) {
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-request-id, retry-after, retry-after-ms, x-should-retry',
    'content-type': 'application/json',
    'x-content-type-options': 'nosniff',
    'x-request-id': `req_${crypto.randomUUID().replaceAll('-', '')}`,
    'x-should-retry': 'true',
  };
  return new Response(errorBody(code), { status, headers });
}

export default {
  fetch(request, env, ctx) {
    try {
      if (!current || current.inside) current = newEngine(env);
      const call = openCall(current, request);
      ctx.waitUntil(call.ended.promise); // spawned work goes on when the client has left
      request.signal.addEventListener('abort', () => cancel(call));
      const head = [request.method, request.url, ...request.headers].flat().join('\n');
      enter(call, 'start', encoder.encode(head));
      return call.answer.promise;
    } catch (error) {
      console.error(JSON.stringify({ ev: 'trap', msg: 'no call was started', kind: error.name }));
      return errorResponse(current ? 500 : 503, 'internal_error'); // 503: the wasm does not start
    }
  },
};
