// What recorded clients asked of OpenAI, and every schema of a public collection, go through the
// whole product. What it would send (`x-proxy-explain: 1`) is then held against the stand-in's
// rules, which are Google's: a request is taken by Google, or refused before by a code that
// docs/operations.md knows. Runs where the recordings lie beside the checkout.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';
import { kRoot, startWorkerd } from './support.mjs';

const kCorpora = join(process.env.PROXY_SHARED ?? join(kRoot, '../shared'), 'corpora');
const kChats = join(kCorpora, 'recorded-traffic/chat');
const kSchemas = join(kCorpora, 'JSON-Schema-Test-Suite/tests');
// All that Google may take on some account: signatures of another route, probabilities, penalties.
const kRules = { route: 'gemini', acceptForeignSignatures: true, logprobs: true, penalties: true };
const kModels = ['gemini-3.5-flash', 'gemini-2.5-flash', 'gemini-3.8-flash'];

const isMissing = (folder) => (existsSync(folder) ? false : `skipped: no ${folder}`);

// Codes that docs/operations.md explains.
const documented = new Set(
  [...readFileSync(join(kRoot, 'docs/operations.md'), 'utf8').matchAll(/`([a-z_]+)`/g)].map(
    ([, code]) => code,
  ),
);

// What Google says to a request that the product would send; null if it takes it.
function refusal({ model, request }) {
  try {
    checkGenerate(request, { model, family: familyOf(model), options: kRules });
    return null;
  } catch (error) {
    if (error.code === undefined) throw error; // no Failure: a mistake of the stand-in
    return error.message;
  }
}

test('whatever is asked, Google takes it or the caller is told why not', async (t) => {
  const proxy = await startWorkerd(t);

  // Sends `body` and checks what comes of it.
  //   returns  whether it was translated
  async function check(body, name) {
    const { status, json, text } = await proxy.call('/v1/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-proxy-explain': '1' },
      body,
    });
    if (status === 200) {
      assert.equal(json.object, 'proxy.explanation', name);
      assert.equal(refusal(json), null, `${name}: ${text}`);
      return true;
    }
    const { code, param } = json.error;
    assert.ok(status === 400 || status === 404, `${name}: ${text}`);
    assert.ok(documented.has(code), `${name}: ${text}`);
    assert.notEqual(param, null, `${name}: ${text}`);
    return false;
  }

  for (const model of kModels) {
    await t.test(`recorded chats, asked of ${model}`, { skip: isMissing(kChats) }, async () => {
      let translated = 0;
      const names = readdirSync(kChats).filter((name) => name.endsWith('.request.json'));
      for (const name of names) {
        const request = JSON.parse(readFileSync(join(kChats, name), 'utf8'));
        if (await check(JSON.stringify({ ...request, model }), name)) translated += 1;
      }
      assert.ok(names.length > 300);
      assert.ok(translated > 0.9 * names.length, `${translated} of ${names.length}`);
    });
  }

  await t.test('schemas of tools and of answers', { skip: isMissing(kSchemas) }, async () => {
    let translated = 0;
    for (const path of readdirSync(kSchemas, { recursive: true })) {
      if (!path.endsWith('.json')) continue;
      for (const { description, schema } of JSON.parse(readFileSync(join(kSchemas, path), 'utf8'))) {
        const body = JSON.stringify({
          model: kModels[0],
          messages: [{ role: 'user', content: 'Hi' }],
          tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
          response_format: { type: 'json_schema', json_schema: { name: 's', schema } },
        });
        const done = await check(body, `${path}: ${description}`);
        assert.equal(done, typeof schema === 'object', `${path}: ${description}`);
        if (done) translated += 1;
      }
    }
    assert.ok(translated > 500, `${translated}`);
  });
});
