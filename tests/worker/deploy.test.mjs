// What `npx wrangler deploy` would upload. `--dry-run` builds and bundles it and sends nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kRoot, wrangler } from './support.mjs';

test('the upload is below 137 KiB gzip: the shim and the WebAssembly, nothing else', async (t) => {
  const out = mkdtempSync(join(tmpdir(), 'proxy-deploy-'));
  t.after(() => rmSync(out, { recursive: true }));
  const printed = await wrangler(kRoot, 'deploy', '--dry-run', '--outdir', out);
  const [, size, unit] =
    /Total Upload: .* \/ gzip: ([\d.]+) (\w+)/.exec(printed) ?? assert.fail(printed);
  assert.equal(unit, 'KiB');
  assert.ok(Number(size) > 10 && Number(size) < 137, `${size} KiB gzip`);
  assert.match(printed, /TOKEN_CACHE/);
  const files = readdirSync(out)
    .filter((name) => !/README|\.map$/.test(name))
    .map((name) => name.replace(/^\w+-/, ''));
  assert.deepEqual(files.toSorted(), ['index.js', 'proxy.wasm']);
});
