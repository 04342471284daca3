// Stands before the shim in a run of chaos or soak. KV_FAULTS (percent) of the operations on KV
// throw, take too long or bring nonsense; GET /chaos/memory tells of the wasm's memory.
import worker from '../../../js-shim/index.mjs';

const memories = []; // of all instances that were made; weak, so that the old ones can go
const { Instance } = WebAssembly;
WebAssembly.Instance = function (module, imports) {
  const instance = new Instance(module, imports);
  memories.push(new WeakRef(instance.exports.memory));
  return instance;
};

const slow = () => new Promise((resolve) => setTimeout(resolve, 3_000));
const kNonsense = ['null', '{"access_token":7}', '[1', '{"access_token":"a","expires_in":1e9}'];

function flaky(kv, percent) {
  const one = (list) => list[Math.floor(Math.random() * list.length)];
  const failing = (verb, instead) => async (...given) => {
    if (Math.random() * 100 >= percent) return kv[verb](...given);
    const fault = one(['throws', 'hangs', 'odd']);
    if (fault === 'hangs') await slow();
    if (fault === 'throws' || !instead) throw new Error(`KV ${verb} failed: 429 Too Many Requests`);
    return new TextEncoder().encode(instead()).buffer;
  };
  return {
    get: failing('get', () => one(kNonsense)),
    put: failing('put'),
    delete: failing('delete'),
  };
}

function memory() {
  const live = memories.map((each) => each.deref()?.buffer.byteLength).filter(Boolean);
  const MiB = 1024 * 1024;
  return { wasm_mib: (live.at(-1) ?? 0) / MiB, live: live.length, engines: memories.length };
}

let own; // the bindings of the first request serve all, as in the shim

export default {
  fetch(request, env, ctx) {
    if (request.url.endsWith('/chaos/memory')) return Response.json(memory());
    own ??= { ...env, TOKEN_CACHE: flaky(env.TOKEN_CACHE, Number(env.KV_FAULTS ?? 0)) };
    return worker.fetch(request, own, ctx);
  },
};
