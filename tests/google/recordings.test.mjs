// Every recorded request that the real Gemini API accepted is accepted here. The recordings lie
// beside the checkout, if at all (PROXY_SHARED names another place).
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';

const shared = process.env.PROXY_SHARED ?? fileURLToPath(new URL('../../../shared',
  import.meta.url));
const folder = `${shared}/corpora/recorded-traffic`;

test('recorded requests are accepted', { skip: !existsSync(`${folder}/index.jsonl`)
  && 'no recordings' }, () => {
  const entries = readFileSync(`${folder}/index.jsonl`, 'utf8').trim().split('\n').map((line) =>
    JSON.parse(line));
  const accepted = entries.filter(({ kind, host, status }) => ['gemini-generate',
    'gemini-stream'].includes(kind)
    && host === 'generativelanguage.googleapis.com' && status === 200);
  assert.ok(accepted.length > 100);
  for (const { kind, id, path } of accepted) {
    const body = JSON.parse(readFileSync(`${folder}/${kind}/${id}.request.json`, 'utf8'));
    const model = /models\/([^:]+):/.exec(path)[1];
    const options = { route: 'gemini', acceptForeignSignatures: true };
    assert.doesNotThrow(() => checkGenerate(body, { model, family: familyOf(model), options }),
      `${kind}/${id}`);
  }
});
