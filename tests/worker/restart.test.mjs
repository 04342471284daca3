// Processes come and go, the cache stays: workerd is ended and started anew on the same folder.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startGoogle } from '../../tools/google/server.mjs';
import { startWorkerd } from './support.mjs';

const persist = mkdtempSync(join(tmpdir(), 'proxy-restart-'));
const google = await startGoogle({ eventDelayMs: 0 });
after(async () => {
  await google.close();
  rmSync(persist, { recursive: true });
});

// One life of the process: `work` in it, and how often Google was asked for a token.
async function live(work) {
  google.reset();
  const ends = [];
  const proxy = await startWorkerd({ after: (end) => ends.push(end) }, { google, persist });
  try {
    await work(proxy);
    return proxy.tokenCalls().length;
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

const chat = async (proxy) => assert.equal((await proxy.chat('Hello!')).status, 200);

test('a token is made once and outlives the process; once deleted, another is made', async () => {
  assert.equal(await live(chat), 1);
  assert.equal(await live(chat), 0);
  assert.equal(await live(async (proxy) => proxy.kv.delete('token_0')), 0);
  assert.equal(await live(chat), 1);
  assert.equal(await live(chat), 0);
});
