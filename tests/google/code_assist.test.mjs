// Code Assist: wrapped requests and answers, and what else it has: tiers, signing up, its quota.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken } from '../../tools/google/oauth.mjs';
import { ask, eventsOf, partsOf, start, textOf, user } from './helpers.mjs';

const flash = 'gemini-2.5-flash';
const flash3 = 'gemini-3.5-flash';
const sentence = 'This is the stand-in for Google, not a Gemini model. You said: Hi';
const streamed = ':streamGenerateContent?alt=sse';
const errorOf = (answer) => JSON.parse(answer.text).error;
const wrap = (request, more = {}) => ({ model: flash, project: 'stand-in-project',
  user_prompt_id: 'prompt-1', request: { session_id: 'session-1', ...request }, ...more });
const prompt = wrap({ contents: [user('Hi')] });
const call = (google, method, body, headers) =>
  ask(google, `/v1internal${method}`, { body, headers });
const json = async (...given) => JSON.parse((await call(...given)).text);
const as = (token) => ({ authorization: `Bearer ${issueToken(token, 1, Date.now() + 60_000)}` });
const look = async (google, name, headers) => {
  const answer = await ask(google, `/v1internal/${name}`, { method: 'GET', headers });
  return { status: answer.status, ...JSON.parse(answer.text) };
};

test('answers are wrapped, as a stream and as a whole', async (t) => {
  const google = await start(t);
  const events = eventsOf((await call(google, streamed, prompt)).text);
  assert.ok(events.length > 3);
  const [{ traceId }] = events;
  assert.match(traceId, /^\w{16}$/);
  assert.ok(events.every((event) => event.traceId === traceId && Object.keys(event).length === 2));
  assert.equal(textOf(events.map(({ response }) => response)), sentence);
  const { response } = await json(google, ':generateContent', prompt);
  assert.equal(textOf([response]), sentence);
  assert.equal(response.modelVersion, flash);
  const load = eventsOf((await call(google, streamed,
    { ...prompt, model: 'gemini-load-2-0' })).text);
  assert.equal(textOf(load.map((event) => event.response)), 'word 0 word 1 ');
});

test('records and scripts know the model and project of the body', async (t) => {
  const google = await start(t);
  const seen = [];
  google.script((each) => void seen.push([each.target, each.model, each.project, each.prompt()]));
  await call(google, streamed, prompt);
  assert.deepEqual(seen, [['stream', flash, 'stand-in-project', 'Hi']]);
  const { upstream, model, project, location } = google.requests[0];
  assert.deepEqual({ upstream, model, project, location },
    { upstream: 'code_assist', model: flash, project: 'stand-in-project', location: null });
});

test('faults are wrapped as answers are', async (t) => {
  const google = await start(t);
  const marked = wrap({ contents: [user('[[fault:503]]')] });
  assert.equal((await call(google, streamed, marked)).status, 503);
  google.script(['safety', 'error-event', 'json-200', 'capacity', 'validation-required']);
  const blocked = eventsOf((await call(google, streamed, prompt)).text);
  assert.equal(blocked.at(-1).response.candidates[0].finishReason, 'SAFETY');
  const [first, second] = eventsOf((await call(google, streamed, prompt)).text);
  assert.equal(textOf([first.response]), 'First ');
  assert.equal(second.error.code, 503);
  assert.equal(textOf([JSON.parse((await call(google, streamed, prompt)).text).response]), 'Plain');
  const full = await call(google, streamed, prompt);
  assert.equal(full.status, 429);
  assert.equal(errorOf(full).status, 'RESOURCE_EXHAUSTED');
  const [info] = errorOf(full).details;
  assert.deepEqual([info.reason, info.domain, info.metadata.model],
    ['MODEL_CAPACITY_EXHAUSTED', 'cloudcode-pa.googleapis.com', flash]);
  const validation = await call(google, streamed, prompt);
  assert.equal(validation.status, 403);
  assert.equal(errorOf(validation).details[0].reason, 'VALIDATION_REQUIRED');
  assert.match(errorOf(validation).details[0].metadata.validation_link, /^https:/);
});

const part = (member) => wrap({ contents: [{ role: 'user', parts: [member] }] });
const config = (member) => wrap({ contents: [user('Hi')], generationConfig: member });
const tool = (member) => wrap({ contents: [user('Hi')], tools: [member] });
const unknownNames = [
  ['userAgent', '', { ...prompt, userAgent: 'a' }],
  ['contents', '', { ...prompt, contents: [] }],
  ['model', 'request', wrap({ ...prompt.request, model: flash })],
  ['serviceTier', 'request', wrap({ ...prompt.request, serviceTier: 'FLEX' })],
  ['modelArmorConfig', 'request', wrap({ ...prompt.request, modelArmorConfig: {} })],
  ['imageConfig', 'request.generation_config', config({ imageConfig: {} })],
  ['audioTranscriptionConfig', 'request.generation_config',
    config({ audioTranscriptionConfig: {} })],
  ['routingConfig', 'request.generation_config', config({ routingConfig: {} })],
  ['audioTimestamp', 'request.generation_config', config({ audioTimestamp: true })],
  ['displayName', 'request.contents[0].parts[0].inline_data',
    part({ inlineData: { mimeType: 'image/png', data: 'AAAA', displayName: 'a' } })],
  ['mediaResolution', 'request.contents[0].parts[0]', part({ text: 'Hi', mediaResolution: {} })],
  ['partMetadata', 'request.contents[0].parts[0]', part({ text: 'Hi', partMetadata: {} })],
  ['fileSearch', 'request.tools[0]', tool({ fileSearch: {} })],
  ['retrieval', 'request.tools[0]', tool({ retrieval: {} })],
  ['timeRangeFilter', 'request.tools[0].google_search',
    tool({ googleSearch: { timeRangeFilter: {} } })],
  ['excludeDomains', 'request.tools[0].google_search',
    tool({ googleSearch: { excludeDomains: [] } })],
  ['includeServerSideToolInvocations', 'request.tool_config',
    wrap({ ...prompt.request, toolConfig: { includeServerSideToolInvocations: true } })],
  ['method', 'request.safety_settings[0]',
    wrap({ ...prompt.request, safetySettings: [{ method: 'SEVERITY' }] })],
];

for (const [name, where, body] of unknownNames) {
  test(`unknown on Code Assist: ${where} ${name}`, async (t) => {
    const google = await start(t);
    const answer = await call(google, ':generateContent', body);
    assert.equal(answer.status, 400);
    const at = where === '' ? '' : ` at '${where}'`;
    assert.equal(errorOf(answer).message, 'Invalid JSON payload received. Unknown name '
      + `"${name}"${at}: Cannot find field.`);
  });
}

test('known: labels, system instruction, sampling, schemas, search', async (t) => {
  const google = await start(t);
  const { status, text } = await call(google, ':generateContent', wrap({ contents: [user('Hi')],
    labels: { team: 'a' }, systemInstruction: { parts: [{ text: 'Be brief' }] },
    safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
    tools: [{ googleSearch: {} }, { urlContext: {} }],
    generationConfig: { temperature: 1, seed: 2, thinkingConfig: { thinkingBudget: 0 } } }));
  assert.equal(status, 200, text);
});

test('function calls have ids, which come back', async (t) => {
  const google = await start(t);
  const tools = [{ functionDeclarations: [{ name: 'f' }] }];
  const contents = [user('call f')];
  const events = eventsOf((await call(google, streamed,
    wrap({ tools, contents }, { model: flash3 }))).text);
  const [made] = partsOf(events.map(({ response }) => response));
  assert.match(made.functionCall.id, /^\w{8}$/);
  const answered = { functionResponse: { name: 'f', id: made.functionCall.id, response: {} } };
  const next = await call(google, ':generateContent', wrap({ tools, contents: [...contents,
    { role: 'model', parts: [made] }, { role: 'user', parts: [answered] }] }, { model: flash3 }));
  assert.equal(next.status, 200, next.text);
});

const refused = [
  ['a project number', { ...prompt, project: '1234567890' }, 400, /the id of the project/],
  ['an unknown model', { ...prompt, model: 'gemini-9' }, 404, /^Requested entity was not found\.$/],
  ['no model', { ...prompt, model: undefined }, 404, /^Requested entity was not found\.$/],
  ['no request', { ...prompt, request: undefined }, 400, /^Request contains an invalid/],
  ['a long prompt id', { ...prompt, user_prompt_id: 'x'.repeat(65) }, 400, /invalid argument/],
  ['no contents', wrap({}), 400, /contents is not specified/],
];

for (const [name, body, status, words] of refused) {
  test(`Code Assist refuses ${name}`, async (t) => {
    const google = await start(t);
    const answer = await call(google, ':generateContent', body);
    assert.equal(answer.status, status);
    assert.match(errorOf(answer).message, words);
  });
}

test('only tokens open it, and only for the project of the account', async (t) => {
  const google = await start(t, { codeAssist: { project: 'project-a' } });
  for (const [headers, words] of [[{}, /^Request is missing/],
    [{ 'x-goog-api-key': 'key-a' }, /^API keys are not supported/]]) {
    const answer = await call(google, streamed, prompt, headers);
    assert.equal(answer.status, 401);
    assert.match(errorOf(answer).message, words);
    assert.equal(errorOf(answer).details[0].metadata.service, 'cloudcode-pa.googleapis.com');
  }
  const foreign = await call(google, streamed, prompt);
  assert.equal(foreign.status, 403);
  assert.equal(errorOf(foreign).details[0].reason, 'IAM_PERMISSION_DENIED');
  for (const project of ['project-a', undefined]) {
    assert.equal((await call(google, streamed, { ...prompt, project })).status, 200);
  }
});

test('tokens are counted', async (t) => {
  const google = await start(t);
  const count = (request) => call(google, ':countTokens', { request });
  const good = await count({ model: `models/${flash}`, contents: [user('Hi')] });
  assert.deepEqual(JSON.parse(good.text), { totalTokens: 1 });
  assert.equal(google.requests[0].model, flash);
  assert.equal((await count({ model: 'models/other', contents: [user('Hi')] })).status, 404);
  assert.equal((await count({ model: `models/${flash}`, contents: [user('Hi')],
    systemInstruction: user('Be brief') })).status, 400);
});

const metadata = { ideType: 'IDE_UNSPECIFIED', platform: 'PLATFORM_UNSPECIFIED',
  pluginType: 'PLUGIN_UNSPECIFIED' };

test('an account has a tier and a project unless told otherwise', async (t) => {
  const google = await start(t);
  const account = await json(google, ':loadCodeAssist', { metadata });
  assert.equal(account.currentTier.id, 'free-tier');
  assert.equal(account.cloudaicompanionProject, 'stand-in-project');
  assert.ok(account.allowedTiers.some(({ isDefault }) => isDefault));
  assert.equal(google.requests[0].target, 'load');
  google.options.codeAssist = { currentTier: 'standard-tier' };
  const bare = await json(google, ':loadCodeAssist', {});
  assert.equal(bare.currentTier.id, 'standard-tier');
  assert.equal(bare.cloudaicompanionProject, undefined);
  const named = await json(google, ':loadCodeAssist', { cloudaicompanionProject: 'mine' });
  assert.equal(named.cloudaicompanionProject, 'mine');
  const ineligibleTiers = [{ reasonCode: 'RESTRICTED_AGE', reasonMessage: 'Too young.' }];
  google.options.codeAssist = { allowedTiers: [], ineligibleTiers };
  assert.deepEqual(await json(google, ':loadCodeAssist', { metadata }), { ineligibleTiers });
  for (const body of [{ metadata: { ideType: 'EDLIN' } }, { metadata, project: 'x' }]) {
    assert.equal((await call(google, ':loadCodeAssist', body)).status, 400);
  }
});

test('signing up is an operation; then the account has a tier and a project', async (t) => {
  const google = await start(t, { codeAssist: { project: 'given', polls: 2 } });
  const [mine, other] = [as('refresh-m'), as('refresh-o')];
  const before = await json(google, ':loadCodeAssist', { metadata }, mine);
  assert.deepEqual([before.currentTier, before.cloudaicompanionProject], [undefined, undefined]);
  const { name, done } = await json(google, ':onboardUser', { tierId: 'free-tier', metadata },
    mine);
  assert.equal(done, undefined);
  assert.equal((await look(google, name, mine)).done, undefined);
  const { done: isDone, response } = await look(google, name, mine);
  assert.equal(isDone, true);
  assert.equal(response.cloudaicompanionProject.id, 'given');
  const after = await json(google, ':loadCodeAssist', { metadata }, mine);
  assert.deepEqual([after.currentTier.id, after.cloudaicompanionProject], ['free-tier', 'given']);
  assert.equal((await json(google, ':loadCodeAssist', { metadata }, other)).currentTier, undefined);
  assert.equal((await look(google, name, other)).status, 404);
  assert.equal((await look(google, 'operations/none', mine)).status, 404);
  assert.deepEqual([...new Set(google.requests.map(({ target }) => target))],
    ['load', 'onboard', 'operation']);
});

test('who may sign up for which tier', async (t) => {
  const google = await start(t, { codeAssist: {} });
  const onboard = (body) => call(google, ':onboardUser', body);
  const cases = [
    [{ tierId: 'free-tier', cloudaicompanionProject: 'p' }, 400, /Precondition Failed/],
    [{ tierId: 'standard-tier' }, 400, /needs a project/],
    [{ tierId: 'gold' }, 400, /not eligible/],
    [{}, 400, /invalid argument/], [{ tierId: 'free-tier' }, 200, /operations/],
    [{ tierId: 'standard-tier', cloudaicompanionProject: 'p' }, 200, /operations/]];
  for (const [body, status, words] of cases) {
    const answer = await onboard(body);
    assert.equal(answer.status, status);
    assert.match(answer.text, words);
  }
});

test('the quota of each model', async (t) => {
  const google = await start(t);
  const { buckets } = await json(google, ':retrieveUserQuota', { project: 'p' });
  assert.ok(buckets.some(({ modelId, remainingFraction }) =>
    modelId === flash && remainingFraction === 1));
  assert.equal((await call(google, ':retrieveUserQuota', {})).status, 400);
  assert.equal(google.requests[0].target, 'quota');
});

test('addresses that are none', async (t) => {
  const google = await start(t);
  for (const [method, path] of [['GET', ':generateContent'], ['POST', ':embedContent'],
    ['POST', '/operations/x'], ['GET', '/operations/'], ['POST', '']]) {
    const answer = await ask(google, `/v1internal${path}`, { method });
    assert.equal(answer.status, 404, path);
  }
});
