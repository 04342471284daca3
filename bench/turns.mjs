// npm run bench:turns
// How long the WebAssembly computes at a stretch, and for each megabyte: fault P-09. The shim runs
// in Node around build/wasm/proxy.wasm, as clocks stand still inside of a Worker. Ends with 1 if a
// megabyte of a body takes 10 ms or more, or a turn more than 50 ms.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const kMiB = 1024 * 1024;
const kMostPerMiB_ms = 10;
const kMostPerTurn_ms = 50;
const kChunk = 64 * 1024;

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.wasm')) return next(url, context);
    const source = `import { readFileSync } from 'node:fs';
      export default new WebAssembly.Module(readFileSync(${JSON.stringify(fileURLToPath(url))}));`;
    return { format: 'module', source, shortCircuit: true };
  },
});

// What a Worker has and Node has not; none of it is measured.
globalThis.IdentityTransformStream = TransformStream;
globalThis.FixedLengthStream = class extends TransformStream {
  constructor() {
    super();
  }
};

// Each entry into the wasm is a turn. Its time is the processor's, as other programs run as well.
const turns = [];
const now_ms = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const { Instance } = WebAssembly;
WebAssembly.Instance = function measured(...given) {
  const { exports } = new Instance(...given);
  const timed = Object.entries(exports).map(([name, value]) => {
    if (typeof value !== 'function') return [name, value];
    const call = (...words) => {
      const start = now_ms();
      try {
        return value(...words);
      } finally {
        turns.push(now_ms() - start);
      }
    };
    return [name, call];
  });
  return { exports: Object.fromEntries(timed) };
};

const streamOf = (bytes) => {
  let at = 0;
  return new ReadableStream({
    type: 'bytes',
    pull(controller) {
      if (at >= bytes.length) {
        controller.close();
        return controller.byobRequest?.respond(0);
      }
      return controller.enqueue(new Uint8Array(bytes.subarray(at, (at += kChunk)))); // a copy
    },
  });
};

const event = (text, finish) => {
  const candidate = { content: { parts: [{ text }], role: 'model' }, index: 0 };
  if (finish) candidate.finishReason = finish;
  const usageMetadata = { promptTokenCount: 8, totalTokenCount: 32 };
  return `data: ${JSON.stringify({ candidates: [candidate], usageMetadata })}\r\n\r\n`;
};

// Google, whose answer has so many events.
let events = 1;
globalThis.fetch = async (url, { body }) => {
  if (body) await new Response(body).arrayBuffer();
  const text = 'patience '.repeat(4);
  const answer = event(text).repeat(events) + event('', 'STOP');
  const headers = new Headers({ 'content-type': 'text/event-stream' });
  return { status: 200, headers, body: streamOf(Buffer.from(answer)) };
};

const env = {
  ALLOW_ANONYMOUS: 'true',
  ACCOUNTS: JSON.stringify([{ api_key: 'test-key' }]),
  STREAM_PACE_MS: '0',
};
const { default: shim } = await import('../js-shim/index.mjs');
console.log = console.warn = () => {};

async function ask(body) {
  const request = {
    url: 'https://proxy.test/v1/chat/completions',
    method: 'POST',
    headers: new Headers({ 'content-type': 'application/json' }),
    body: streamOf(Buffer.from(body)),
    signal: new AbortController().signal,
  };
  const answer = await shim.fetch(request, env, { waitUntil() {} });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${answer.status} ${text.slice(0, 300)}`);
  return text;
}

const chat = (messages, more) =>
  JSON.stringify({ model: 'gemini-2.5-flash', stream: true, messages, ...more });
const user = (content) => ({ role: 'user', content });
const fill = (bytes, make) => Array.from({ length: Math.floor(bytes / make(0).length) }, (_, i) => make(i));

const kBodies = {
  'one text': (bytes) => chat([user('x'.repeat(bytes))]),
  'one text of many escapes': (bytes) => chat([user('say "x"\n'.repeat(bytes / 11))]),
  'a conversation': (bytes) =>
    chat(fill(bytes, (i) => `${i} ${'so it goes, '.repeat(330)}`).map(user).slice(0, 9_999)),
  'a picture': (bytes) => {
    const url = `data:image/png;base64,${'iVBORw0KGgo='.slice(0, 8).repeat(bytes / 8)}`;
    return chat([user([{ type: 'image_url', image_url: { url } }])]);
  },
  'as many values as may be': (bytes) => {
    const parameters = { type: 'object', properties: {} };
    const count = Math.min(30_000, bytes / 200);
    const description = 'd'.repeat(bytes / count - 60);
    for (let i = 0; i < count; ++i) parameters.properties[`p${i}`] = { type: 'string', description };
    return chat([user('Hi')], { tools: [{ type: 'function', function: { name: 'f', parameters } }] });
  },
};

let good = true;
function print(name, bytes, { total, longest }) {
  const perMiB = total / (bytes / kMiB);
  const isGood = longest <= kMostPerTurn_ms && (events > 1 || perMiB < kMostPerMiB_ms);
  good &&= isGood;
  process.stdout.write(
    `${name.padEnd(44)}${(bytes / kMiB).toFixed(1).padStart(6)} MB ${perMiB.toFixed(2).padStart(7)}` +
      ` ms/MB   longest turn ${longest.toFixed(1).padStart(6)} ms${isGood ? '' : '   TOO LONG'}\n`,
  );
}

async function measure(body) {
  turns.length = 0;
  const text = await ask(body);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  return { text, total: sum(turns), longest: Math.max(...turns) };
}

for (const [name, make] of Object.entries(kBodies)) {
  await ask(make(kMiB)); // the engine compiles its better code
  const body = make((name.includes('values') ? 8 : 24) * kMiB);
  print(`body: ${name}`, body.length, await measure(body));
}
events = 100_000;
const { text, ...stream } = await measure(chat([user('Hi')]));
print('stream of 100,000 events', text.length, stream);
process.exitCode = good ? 0 : 1;
