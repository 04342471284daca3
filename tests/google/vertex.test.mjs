// Vertex AI: its paths, credentials, messages and answers where they differ from the Gemini API's.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { optionsFor } from '../../tools/google/upstreams.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';
import { ask, eventsOf, partsOf, start, stream, textOf, user } from './helpers.mjs';

const flash = 'gemini-2.5-flash';
const flash3 = 'gemini-3.5-flash';
const place = '/v1beta1/projects/project-a/locations/global';
const path = (action, model = flash, where = place) =>
  `${where}/publishers/google/models/${model}:${action}`;
const streamed = 'streamGenerateContent?alt=sse';
const prompt = { contents: [user('Hi')] };
const sentence = 'This is the stand-in for Google, not a Gemini model. You said: Hi';
const errorOf = (answer) => JSON.parse(answer.text).error;
const key = { 'x-goog-api-key': 'key-a' };

test('a stream has counts in its last event only, and the time it was made', async (t) => {
  const google = await start(t, { now: () => Date.UTC(2026, 0, 2) });
  const events = eventsOf((await ask(google, path(streamed), { body: prompt })).text);
  assert.equal(textOf(events), sentence);
  const last = events.pop();
  assert.equal(last.usageMetadata.trafficType, 'ON_DEMAND');
  assert.ok(last.usageMetadata.totalTokenCount > 0);
  assert.ok(events.length > 3);
  for (const event of events) {
    assert.deepEqual(event.usageMetadata, { trafficType: 'ON_DEMAND' });
    assert.equal(event.createTime, '2026-01-02T00:00:00.000000Z');
    assert.equal(event.responseId, last.responseId);
  }
});

test('generateContent and countTokens, in both versions', async (t) => {
  const google = await start(t);
  for (const where of [place, place.replace('v1beta1', 'v1')]) {
    const whole = await ask(google, path('generateContent', flash, where), { body: prompt });
    const answer = JSON.parse(whole.text);
    assert.equal(textOf([answer]), sentence);
    assert.equal(answer.usageMetadata.trafficType, 'ON_DEMAND');
    assert.ok(answer.createTime);
    const counted = await ask(google, path('countTokens', flash, where),
      { body: { ...prompt, systemInstruction: user('Be'), tools: [], generationConfig: {} } });
    const { totalTokens, totalBillableCharacters, promptTokensDetails } = JSON.parse(counted.text);
    assert.ok(totalTokens > 0 && totalBillableCharacters > totalTokens);
    assert.equal(promptTokensDetails[0].modality, 'TEXT');
  }
});

test('load models are served, too', async (t) => {
  const google = await start(t);
  const events = eventsOf((await ask(google, path(streamed, 'gemini-load-3-0'),
    { body: prompt })).text);
  assert.equal(textOf(events), 'word 0 word 1 word 2 ');
  assert.deepEqual(events[0].usageMetadata, { trafficType: 'ON_DEMAND' });
  assert.equal(events[2].usageMetadata.candidatesTokenCount, 3);
});

const credentials = [
  ['a key where a project is named', place, key, 401, /^API keys are not supported by this API/],
  ['none', place, {}, 401, /^Request is missing required authentication credential/],
  ['a foreign token', place, { authorization: 'Bearer x' }, 401, /had invalid authentication/],
  ['a key in express mode', '/v1beta1', key, 200],
  ['a wrong key in express mode', '/v1', { 'x-goog-api-key': 'x' }, 400, /^API key not valid/],
  ['a token in express mode', '/v1', undefined, 401, /^Request is missing required/],
];

for (const [name, where, headers, status, words] of credentials) {
  test(`credential on Vertex AI: ${name}`, async (t) => {
    const google = await start(t);
    const answer = await ask(google, path(streamed, flash, where), { body: prompt, headers });
    assert.equal(answer.status, status);
    if (!words) return assert.equal(textOf(eventsOf(answer.text)), sentence);
    assert.match(errorOf(answer).message, words);
    assert.equal(errorOf(answer).details[0].metadata.service, 'aiplatform.googleapis.com');
    return undefined;
  });
}

test('a key in the query is no credential', async (t) => {
  const google = await start(t);
  const answer = await ask(google, `${path(streamed, flash, '/v1')}&key=key-a`,
    { body: prompt, headers: {} });
  assert.equal(answer.status, 401);
});

// [path in the error, name, value, around it]
const declaration = [{ functionDeclarations: [{ name: 'f' }] }];
const called = (call, response) => ({ tools: declaration, contents: [user('Hi'),
  { role: 'model', parts: [{ functionCall: { name: 'f', args: {}, ...call } }] },
  { role: 'user', parts: [{ functionResponse: { name: 'f', response: {}, ...response } }] }] });
const part = (member) => ({ contents: [{ role: 'user', parts: [{ text: 'Hi', ...member }] }] });
const config = (member) => ({ ...prompt, generationConfig: member });
const tool = (member) => ({ ...prompt, tools: [member] });
const unknownNames = [
  ['id', 'contents[1].parts[0].function_call', called({ id: 'a' })],
  ['id', 'contents[2].parts[0].function_response', called({}, { id: 'a' })],
  ['serviceTier', '', { ...prompt, serviceTier: 'FLEX' }],
  ['audioTranscriptionConfig', 'generation_config', config({ audioTranscriptionConfig: {} })],
  ['includeServerSideToolInvocations', 'tool_config',
    { ...prompt, toolConfig: { includeServerSideToolInvocations: true } }],
  ['fileSearch', 'tools[0]', tool({ fileSearch: {} })],
  ['timeRangeFilter', 'tools[0].google_search', tool({ googleSearch: { timeRangeFilter: {} } })],
  ['partMetadata', 'contents[0].parts[0]', part({ partMetadata: {} })],
  ['toolCall', 'contents[0].parts[0]', part({ toolCall: {} })],
];

for (const [name, where, body] of unknownNames) {
  test(`unknown on Vertex AI: ${where} ${name}`, async (t) => {
    const google = await start(t);
    const answer = await ask(google, path('generateContent'), { body });
    assert.equal(answer.status, 400);
    const at = where === '' ? '' : ` at '${where}'`;
    assert.equal(errorOf(answer).message, 'Invalid JSON payload received. Unknown name '
      + `"${name}"${at}: Cannot find field.`);
  });
}

const image = { mimeType: 'image/png', data: 'AAAA' };
const known = [
  ['labels', { ...prompt, labels: { team: 'a' } }],
  ['modelArmorConfig', { ...prompt, modelArmorConfig: { promptTemplateName: 'a' } }],
  ['routingConfig', config({ routingConfig: { autoMode: {
    modelRoutingPreference: 'BALANCED' } } })],
  ['modelConfig', config({ modelConfig: { featureSelectionPreference: 'BALANCED' } })],
  ['audioTimestamp', config({ audioTimestamp: true })],
  ['displayName', { contents: [{ role: 'user', parts: [
    { inlineData: { ...image, displayName: 'a' } },
    { fileData: { mimeType: 'image/png', fileUri: 'https://a.example/', displayName: 'c' } },
  ] }] }],
  ['excludeDomains', tool({ googleSearch: { excludeDomains: ['a.example'],
    blockingConfidence: 'BLOCK_HIGH_AND_ABOVE' } })],
  ['enterpriseWebSearch', tool({ enterpriseWebSearch: {} })],
  ['retrieval', tool({ retrieval: { vertexAiSearch: { datastore: 'a' } } })],
  ['personGeneration', config({ imageConfig: { personGeneration: 'ALLOW_ALL',
    outputMimeType: 'image/jpeg', outputCompressionQuality: 80 } })],
  ['method', { ...prompt, safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT',
    threshold: 'BLOCK_NONE', method: 'SEVERITY' }] }],
  ['streamFunctionCallArguments', { ...prompt, tools: declaration,
    toolConfig: { functionCallingConfig: { mode: 'AUTO', streamFunctionCallArguments: true } } }],
];

for (const [name, body] of known) {
  test(`known on Vertex AI, unknown on the Gemini API: ${name}`, async (t) => {
    const google = await start(t);
    const answer = await ask(google, path('generateContent'), { body });
    assert.equal(answer.status, 200, answer.text);
    const refused = await stream(google, flash, body);
    assert.equal(refused.status, 400);
    assert.match(errorOf(refused).message, /Unknown name "/);
  });
}

test('files: Cloud Storage there, the Files API here', async (t) => {
  const google = await start(t);
  const file = (fileUri) => part({ text: undefined, fileData: { mimeType: 'image/png', fileUri } });
  for (const [uri, onVertex, onGemini] of [['gs://bucket/a.png', 200, 400], ['files/abc', 400, 200],
    ['https://a.example/a.png', 200, 200]]) {
    const { status } = await ask(google, path('generateContent'), { body: file(uri) });
    assert.equal(status, onVertex);
    assert.equal((await stream(google, flash, file(uri))).status, onGemini);
  }
});

test('types in errors have the names of Vertex AI', async (t) => {
  const google = await start(t);
  const answer = await ask(google, path('generateContent'),
    { body: config({ thinkingConfig: { thinkingLevel: 'SOME' } }) });
  assert.match(errorOf(answer).message,
    /\(type\.googleapis\.com\/google\.cloud\.aiplatform\.v1beta1\.ThinkingConfig\.ThinkingLevel\)/);
});

test('function calls have no ids; responses need none; signatures are of this upstream',
  async (t) => {
  const google = await start(t);
  const tools = [{ functionDeclarations: [{ name: 'f' }, { name: 'g' }] }];
  const body = { tools, contents: [user('call f and g')] };
  for (const model of [flash3, 'gemini-3.6-flash']) {
    const events = eventsOf((await ask(google, path(streamed, model), { body })).text);
    const calls = partsOf(events).filter((each) => each.functionCall);
    assert.deepEqual(calls.map(({ functionCall }) => Object.keys(functionCall)),
      [['name'], ['name']]);
    assert.ok(calls[0].thoughtSignature);
    const responses = ['f', 'g'].map((name) =>
      ({ functionResponse: { name, response: { ok: true } } }));
    const contents = [...body.contents, { role: 'model', parts: calls },
      { role: 'user', parts: responses }];
    const next = await ask(google, path('generateContent', model), { body: { tools, contents } });
    assert.equal(next.status, 200, next.text);
    assert.match(textOf([JSON.parse(next.text)]), /f returned \{"ok":true\}; g returned/);
    const elsewhere = await stream(google, flash3, { tools, contents });
    assert.equal(errorOf(elsewhere).message, 'Corrupted thought signature.');
  }
});

test('built-in tools beside functions: from Gemini 3 on', async (t) => {
  const google = await start(t);
  const body = { ...prompt, tools: [...declaration, { googleSearch: {} }] };
  assert.equal((await ask(google, path('generateContent', flash3), { body })).status, 200);
  const older = await ask(google, path('generateContent'), { body });
  assert.equal(errorOf(older).message,
    'Multiple tools are supported only when they are all search tools.');
});

test('no such model, location or project', async (t) => {
  const google = await start(t, { vertexModels: [flash], vertexProjects: ['project-a'] });
  const missing = await ask(google, path(streamed, flash3), { body: prompt });
  assert.equal(missing.status, 404);
  assert.match(errorOf(missing).message, /^Publisher Model `projects\/project-a\/locations\//);
  assert.equal((await stream(google, flash3, prompt)).status, 200);
  for (const location of ['nowhere', 'US-CENTRAL1', 'us-central2']) {
    const page = await ask(google, path(streamed, flash, place.replace('global', location)),
      { body: prompt });
    assert.equal(page.status, 404);
    assert.match(page.headers['content-type'], /^text\/html/);
  }
  const region = await ask(google, path(streamed, flash, place.replace('global', 'europe-west4')),
    { body: prompt });
  assert.equal(region.status, 200);
  const foreign = await ask(google, path(streamed, flash, place.replace('-a', '-b')),
    { body: prompt });
  assert.equal(foreign.status, 403);
  assert.match(errorOf(foreign).message, /^Permission 'aiplatform\.endpoints\.predict' denied on/);
  assert.equal(errorOf(foreign).details[0].reason, 'IAM_PERMISSION_DENIED');
});

test('addresses that are none', async (t) => {
  const google = await start(t);
  for (const [method, url] of [['GET', path('generateContent')], ['POST', path('predict')],
    ['POST', `${place}/publishers/google/models/${flash}`], ['POST', path(streamed, flash, '/v2')],
    ['POST', path(streamed, flash, '/v1/projects/p')],
    ['POST', path(streamed, flash, '/v1/locations/global')]]) {
    const answer = await ask(google, url, { method, body: method === 'POST' ? prompt : undefined });
    assert.equal(answer.status, 404, url);
    assert.match(answer.headers['content-type'], /^text\/html/);
  }
});

test('records tell where a call went; faults by target fit every upstream', async (t) => {
  const google = await start(t);
  google.script([{ target: 'stream', fault: '503' }]);
  assert.equal((await ask(google, path(streamed), { body: prompt })).status, 503);
  google.script([{ upstream: 'vertex', fault: '429-plain' },
    { upstream: 'vertex', account: 'refresh-a', fault: 'service-disabled' }]);
  assert.equal((await stream(google, flash, prompt)).status, 200);
  assert.match(errorOf(await ask(google, path('generateContent'), { body: prompt })).message,
    /^Resource exhausted\. Please try again later\./);
  const disabled = errorOf(await ask(google, path('generateContent'), { body: prompt }));
  assert.match(disabled.message, /^Vertex AI API has not been used in project \d+ before or it is/);
  assert.match(disabled.message, /\/aiplatform\.googleapis\.com\/overview\?project=\d+ then/);
  assert.equal(disabled.details[0].metadata.service, 'aiplatform.googleapis.com');
  const { target, upstream, model, project, location } = google.requests[0];
  assert.deepEqual({ target, upstream, model, project, location },
    { target: 'stream', upstream: 'vertex', model: flash, project: 'project-a',
      location: 'global' });
});

const shared = process.env.PROXY_SHARED ?? fileURLToPath(new URL('../../../shared',
  import.meta.url));
const folder = `${shared}/corpora/recorded-traffic`;

// The ids of calls are left out: see the README.
test('recorded requests to Vertex AI are accepted', { skip: !existsSync(`${folder}/index.jsonl`)
  && 'no recordings' }, () => {
  const entries = readFileSync(`${folder}/index.jsonl`, 'utf8').trim().split('\n')
    .map((line) => JSON.parse(line));
  const accepted = entries.filter(({ kind, host, status }) => kind === 'gemini-generate'
    && host === 'aiplatform.googleapis.com' && status === 200);
  assert.ok(accepted.length > 30);
  for (const { kind, id, path: url } of accepted) {
    const text = readFileSync(`${folder}/${kind}/${id}.request.json`, 'utf8');
    const body = JSON.parse(text, (name, value) =>
      (/^function_?(call|response)$/i.test(name) ? { ...value, id: undefined } : value));
    const clean = JSON.parse(JSON.stringify(body));
    const model = /models\/([^:]+):/.exec(url)[1];
    const options = optionsFor({ acceptForeignSignatures: true },
      { upstream: 'vertex', version: 'v1beta1' });
    assert.doesNotThrow(() => checkGenerate(clean, { model, family: familyOf(model), options }),
      `${kind}/${id}`);
  }
});
