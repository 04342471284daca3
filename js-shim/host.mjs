// The wasm's imports (wasm/worker/imports.h), one entry per verb of wasm/host/host.h. An import
// never calls back into the wasm while it runs: answers come from promises and timers, and so
// always in the context of the request that started the operation.
import { ignore, Source, upload } from './streams.mjs';

const [kFailed, kDone, kEnd] = [0, 1, 2]; // as in host.h, like the next
const kRsa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
export const encoder = new TextEncoder();
const decoder = new TextDecoder();

function headersOf(lines) {
  const headers = new Headers();
  for (let i = 0; i + 1 < lines.length; i += 2) headers.append(lines[i], lines[i + 1]);
  return headers;
}

export function send(call, bytes) {
  if (call.writer) call.written = call.writer.write(bytes).catch(ignore);
}

export function close(call) {
  if (call.writer) call.written = call.writer.close().catch(ignore);
  call.writer = undefined;
}

// Of the engine (index.mjs) the imports use `calls`, `env` and the wasm's memory.
export function hostImports(engine, { resume, cancel, finish }) {
  const { calls, env } = engine;
  const waiters = new Set();
  const memory = () => new Uint8Array(engine.exports.memory.buffer); // fresh, as it moves
  const bytes = (at, size) => (size !== 0 ? memory().slice(at, at + size) : null);
  const text = (at, size) => decoder.decode(memory().subarray(at, at + size));
  const attempt = (call, op, work, done) =>
    Promise.try(work).then(done, () => resume(call, op, kFailed));

  // Verbs that are answered with what a promise brings; null is kEnd.
  const promises = {
    kv_get: (...key) => env.TOKEN_CACHE.get(text(...key), 'arrayBuffer'),
    kv_put: (key, keySize, at, size, expirationTtl) =>
      env.TOKEN_CACHE.put(text(key, keySize), text(at, size), { expirationTtl }),
    kv_delete: (...key) => env.TOKEN_CACHE.delete(text(...key)),
    rate_limit: (...key) =>
      env.RATE_LIMIT.limit({ key: text(...key) }).then(({ success }) => (success ? [] : null)),
    async sign(at, size, ...data) {
      const [pkcs8, message] = [bytes(at, size), bytes(...data)];
      const key = await crypto.subtle.importKey('pkcs8', pkcs8, kRsa, false, ['sign']);
      return crypto.subtle.sign(kRsa, key, message);
    },
  };
  // Verbs of a call get it instead of its id.
  const verbs = {
    fetch(call, op, headAt, headSize, at, count) {
      const abort = new AbortController();
      const answer = new Source(null, 16 * 1024, () => abort.abort());
      call.open.set(op, answer);
      const pieces = new Uint32Array(engine.exports.memory.buffer, at, 2 * count).slice();
      attempt(call, op, () => {
        const [method, url, ...head] = text(headAt, headSize).split('\n'); // host/http.h
        const body = upload(pieces, memory, () => !call.over && call.open.get(op) === answer);
        const options = { redirect: 'manual', signal: abort.signal };
        return fetch(url, { method, headers: headersOf(head), body, ...options });
      }, ({ status, headers, body }) => {
        answer.stream = body;
        resume(call, op, status, encoder.encode([...headers].flat().join('\n')));
      });
    },
    // The next piece is asked for at once, but handed over when the client has taken the last one.
    read(call, op, bodyId, ms) {
      const body = call.open.get(bodyId);
      attempt(call, op, () => body?.read(ms), (piece) => {
        if (piece) return void call.written.then(() => resume(call, op, kDone, piece));
        call.open.delete(bodyId);
        resume(call, op, kEnd);
      });
    },
    sleep(call, op, ms) {
      const timer = setTimeout(() => resume(call, op, kDone), ms);
      call.open.set(op, { drop: () => clearTimeout(timer) });
    },
    wait(call, op, ...name) {
      const waiter = { name: text(...name), ...Promise.withResolvers() };
      waiters.add(waiter);
      call.open.set(op, { drop: () => waiters.delete(waiter) });
      waiter.promise.then(() => resume(call, op, kDone));
    },
    drop: ({ open }, op) => { open.get(op)?.drop(); open.delete(op); },
    respond(call, status, headAt, headSize, at, size, stream) {
      const { readable, writable } = stream ? new IdentityTransformStream() : {};
      call.writer = writable?.getWriter();
      call.writer?.closed.catch(() => cancel(call)); // the client has left
      const headers = headersOf(text(headAt, headSize).split('\n'));
      call.answer.resolve(new Response(readable ?? bytes(at, size), { status, headers }));
      call.answered = true;
    },
    write: (call, ...piece) => send(call, bytes(...piece)),
    end: close,
    finish,
  };
  const host = {
    notify(...name) {
      const told = text(...name);
      for (const it of waiters) if (it.name === told && waiters.delete(it)) it.resolve();
    },
    now_ms: () => Date.now(),
    random: (at, size) => crypto.getRandomValues(memory().subarray(at, at + size)),
    env(name, nameSize, at, capacity) {
      const value = env[text(name, nameSize)];
      if (value === undefined) return -1;
      const encoded = encoder.encode(typeof value === 'string' ? value : JSON.stringify(value));
      if (encoded.length <= capacity) memory().set(encoded, at);
      return encoded.length;
    },
    is_bound: (...name) => env[text(...name)] !== undefined,
    log: (level, ...line) => console[['log', 'warn', 'error'][level]](text(...line)),
  };

  for (const name in promises) {
    verbs[name] = (call, op, ...rest) => attempt(call, op, () => promises[name](...rest), (value) =>
      resume(call, op, value === null ? kEnd : kDone, value && new Uint8Array(value)));
  }
  for (const name in verbs) host[name] = (id, ...rest) => verbs[name](calls.get(id), ...rest);
  // abort() asks the system to exit; this ends the engine.
  const exit = { get: (_, name) => () => { throw new WebAssembly.RuntimeError(name); } };
  const wasi_snapshot_preview1 = new Proxy({}, exit);
  return { host, wasi_snapshot_preview1, env: { emscripten_notify_memory_growth: ignore } };
}
