// What belongs to a project: its quotas, and the beginnings of prompts its implicit cache knows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { issueToken } from '../../tools/google/oauth.mjs';
import { ask, eventsOf, generate, start, stream, user } from './helpers.mjs';

const flash = 'gemini-2.5-flash';
const prompt = { contents: [user('Hi')] };
const far = Date.UTC(2030, 0, 1);
const as = (token, project) => ({ headers: {
  authorization: `Bearer ${issueToken(token, 1, far)}`,
  ...(project && { 'x-goog-user-project': project }) } });
const keyed = (key) => ({ headers: { 'x-goog-api-key': key } });
const errorOf = (answer) => JSON.parse(answer.text).error;
const detailsOf = (answer) => Object.fromEntries(errorOf(answer).details.map((each) =>
  [each['@type'].split('.').at(-1), each]));
const vertexPath = (project) => `/v1/projects/${project}/locations/global/publishers/google/models/`
  + `${flash}:generateContent`;
const wrapped = (project, request) => ({ model: flash, project, user_prompt_id: 'p', request });

test('requests per minute: the 429 says when the next is possible', async (t) => {
  let now = Date.UTC(2026, 0, 2, 12);
  const google = await start(t, { quota: { requestsPerMinute: 2 }, now: () => now });
  const ends = async (more = as('refresh-a'), model = flash) =>
    (await stream(google, model, prompt, more)).status;
  assert.equal(await ends(), 200);
  now += 15_000;
  assert.deepEqual([await ends(), await ends()], [200, 429]);
  const refused = await stream(google, flash, prompt, as('refresh-a'));
  const { message } = errorOf(refused);
  assert.match(message, /^You exceeded your current quota, .*\n\* Quota exceeded for metric: /);
  assert.match(message, /, limit: 2, model: gemini-2\.5-flash\nPlease retry in 45s\.$/);
  assert.equal(errorOf(refused).status, 'RESOURCE_EXHAUSTED');
  const { QuotaFailure, Help, RetryInfo } = detailsOf(refused);
  assert.deepEqual(QuotaFailure.violations, [{
    quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
    quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
    quotaDimensions: { location: 'global', model: flash }, quotaValue: '2' }]);
  assert.match(Help.links[0].url, /rate-limits$/);
  assert.equal(RetryInfo.retryDelay, '45s');
  assert.equal(await ends(as('refresh-a'), 'gemini-2.5-pro'), 200);
  assert.equal(await ends(as('refresh-b')), 200);
  now += 45_000;
  assert.deepEqual([await ends(), await ends()], [200, 429]);
  google.reset();
  assert.equal(await ends(), 200);
});

test('requests per day: until midnight in California', async (t) => {
  let now = Date.UTC(2026, 0, 2, 7); // 23:00 there
  const google = await start(t, { quota: { requestsPerDay: 1 }, now: () => now });
  assert.equal((await generate(google, flash, prompt, keyed('key-a'))).status, 200);
  const refused = await generate(google, flash, prompt, keyed('key-a'));
  assert.equal(refused.status, 429);
  const { QuotaFailure, RetryInfo } = detailsOf(refused);
  assert.equal(QuotaFailure.violations[0].quotaId,
    'GenerateRequestsPerDayPerProjectPerModel-FreeTier');
  assert.equal(RetryInfo.retryDelay, '30s');
  assert.equal((await generate(google, flash, prompt, keyed('key-b'))).status, 200);
  now += 3_600_000;
  assert.equal((await generate(google, flash, prompt, keyed('key-a'))).status, 200);
});

test('a quota of 0, and calls that do not count', async (t) => {
  const google = await start(t, { quota: { requestsPerMinute: 0 } });
  const refused = await generate(google, flash, prompt);
  assert.match(errorOf(refused).message, /, limit: 0, model: /);
  google.options.quota = { requestsPerMinute: 1 };
  assert.equal((await generate(google, flash, { contents: [] })).status, 400);
  assert.equal((await ask(google, `/v1beta/models/${flash}:countTokens`,
    { body: prompt })).status, 200);
  assert.equal((await generate(google, flash, prompt)).status, 200);
  assert.equal((await generate(google, flash, prompt)).status, 429);
});

test('accounts of one project share its quota; upstreams have their own words', async (t) => {
  const google = await start(t, { quota: { requestsPerMinute: 1 } });
  const [one, two] = [as('refresh-a', 'p'), as('refresh-b', 'p')];
  assert.equal((await generate(google, flash, prompt, one)).status, 200);
  assert.equal((await generate(google, flash, prompt, two)).status, 429);
  assert.equal((await generate(google, flash, prompt, as('refresh-a', 'q'))).status, 200);
  const vertex = (project, more) => ask(google, vertexPath(project), { body: prompt, ...more });
  assert.equal((await vertex('p', one)).status, 200);
  const shared = await vertex('p', two);
  assert.match(errorOf(shared).message, /^Resource exhausted\. Please try again later\./);
  assert.equal(errorOf(shared).details, undefined);
  assert.equal((await vertex('q', two)).status, 200);
  const assist = () => ask(google, '/v1internal:generateContent',
    { body: wrapped('p', prompt), ...one });
  assert.equal((await assist()).status, 200);
  const { ErrorInfo, RetryInfo } = detailsOf(await assist());
  assert.deepEqual([ErrorInfo.reason, ErrorInfo.domain],
    ['RATE_LIMIT_EXCEEDED', 'cloudcode-pa.googleapis.com']);
  assert.match(RetryInfo.retryDelay, /^[\d.]+s$/);
});

const long = (name, tokens) => `${name} `.repeat(Math.ceil((4 * tokens) / (name.length + 1)));
const said = (text) => ({ role: 'model', parts: [{ text }] });
const systemInstruction = user(long('system', 700));
const first = user(long('first', 700));

// Cached tokens of a prompt; `more` says who asks.
async function cachedIn(google, request, more = as('refresh-a'), model = flash) {
  const { usageMetadata } = JSON.parse((await generate(google, model, request, more)).text);
  const { cachedContentTokenCount = 0, cacheTokensDetails } = usageMetadata;
  if (cachedContentTokenCount > 0) {
    assert.ok(cachedContentTokenCount <= usageMetadata.promptTokenCount);
    assert.deepEqual(cacheTokensDetails,
      [{ modality: 'TEXT', tokenCount: cachedContentTokenCount }]);
  }
  return cachedContentTokenCount;
}

test('the turns a prompt shares with an earlier one are cached', async (t) => {
  const google = await start(t, { prefixCache: true });
  const opening = { systemInstruction, contents: [first] };
  assert.equal(await cachedIn(google, opening), 0);
  const turns = [first, said('Yes'), user(long('second', 700))];
  const two = await cachedIn(google, { systemInstruction, contents: turns });
  assert.ok(two >= 1400 && two < 1500, `${two}`);
  const three = await cachedIn(google, { systemInstruction,
    contents: [...turns, said('No'), user('third')] });
  assert.ok(three >= 2100 && three < 2200, `${three}`);
  const { promptTokens, cachedTokens } = google.requests.at(-1);
  assert.equal(cachedTokens, three);
  assert.ok(promptTokens > three);
  const events = eventsOf((await stream(google, flash, opening, as('refresh-a'))).text);
  assert.ok(events.every(({ usageMetadata }) => usageMetadata.cachedContentTokenCount >= 1400));
});

test('not cached: another beginning, model, account or project; too short', async (t) => {
  const google = await start(t, { prefixCache: true });
  const request = { systemInstruction, contents: [first, said('Yes'), user('more')] };
  assert.equal(await cachedIn(google, request), 0);
  assert.ok(await cachedIn(google, request) > 1400);
  const others = [
    [{ ...request, systemInstruction: user(long('other', 700)) }],
    [{ ...request, tools: [{ functionDeclarations: [{ name: 'f' }] }] }],
    [{ contents: [user(long('fist', 700)), ...request.contents] }],
    [request, as('refresh-a'), 'gemini-2.5-pro'], [request, as('refresh-b')],
    [request, keyed('key-a')], [request, as('refresh-a', 'p')],
    [{ systemInstruction, contents: [user('other')] }], // 700 tokens are not enough
  ];
  for (const [body, more, model] of others) {
    assert.equal(await cachedIn(google, body, more, model), 0, JSON.stringify(more ?? model));
  }
  google.options.prefixCacheMinTokens = 500;
  assert.ok(await cachedIn(google, { systemInstruction, contents: [user('another')] }) >= 700);
  google.reset();
  assert.equal(await cachedIn(google, request), 0);
});

test('accounts of one project share its cache, on every upstream', async (t) => {
  const google = await start(t, { prefixCache: true });
  const request = { systemInstruction, contents: [first] };
  assert.equal(await cachedIn(google, request, as('refresh-a', 'p')), 0);
  assert.ok(await cachedIn(google, request, as('refresh-b', 'p')) > 1400);
  const vertex = async (project, token) => JSON.parse((await ask(google, vertexPath(project),
    { body: request, ...as(token) })).text).usageMetadata.cachedContentTokenCount;
  assert.deepEqual([await vertex('p', 'refresh-a'), await vertex('p', 'refresh-b') > 1400,
    await vertex('q', 'refresh-a')], [undefined, true, undefined]);
  const assist = async (token) => JSON.parse((await ask(google, '/v1internal:generateContent',
    { body: wrapped('p', request), ...as(token) })).text).response.usageMetadata
    .cachedContentTokenCount;
  assert.deepEqual([await assist('refresh-a'), await assist('refresh-b') > 1400],
    [undefined, true]);
});

test('without the option nothing is cached', async (t) => {
  const google = await start(t);
  const request = { systemInstruction, contents: [first] };
  assert.deepEqual([await cachedIn(google, request), await cachedIn(google, request)], [0, 0]);
});
