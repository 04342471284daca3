// The cheapest thing JavaScript can do with bytes: read a piece, write a piece, both ways. Large
// bodies are read into one large buffer again and again, which is far cheaper than the pieces of
// 4 KB that a plain reader gets.
const kRoom = 64 * 1024;

async function pumpBody(from, to, size) {
  const reader = from.getReader({ mode: 'byob' });
  const writer = to.getWriter();
  let room = new ArrayBuffer(Math.min(size, kRoom));
  for (let left = size; left > 0;) {
    const { value } = await reader.read(new Uint8Array(room));
    await writer.write(value);
    left -= value.length;
    room = value.buffer;
  }
  await writer.close();
}

async function pump(from, to) {
  const reader = from.getReader();
  const writer = to.getWriter();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    await writer.write(value);
  }
  await writer.close();
}

export default {
  async fetch(request, env, ctx) {
    const size = Number(request.headers.get('content-length'));
    const up = new FixedLengthStream(size);
    ctx.waitUntil(pumpBody(request.body, up.writable, size));
    const answer = await fetch(env.UPSTREAM + new URL(request.url).pathname, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: up.readable,
    });
    const down = new IdentityTransformStream();
    ctx.waitUntil(pump(answer.body, down.writable));
    return new Response(down.readable, answer);
  },
};
