// Google's own tools in answers: search, maps, URL context, code execution; log probabilities.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventsOf, generate, partsOf, start, stream, textOf, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const search = [{ googleSearch: {} }];

async function events(t, model, body) {
  const answer = await stream(await start(t), model, { contents: [user('Hi')], ...body });
  assert.equal(answer.status, 200, answer.text);
  return eventsOf(answer.text);
}

// The bytes that a support of the grounding names.
const cited = (text, { segment: { startIndex = 0, endIndex } }) =>
  Buffer.from(text).subarray(startIndex, endIndex).toString();

for (const model of [flash25, flash35]) {
  test(`search: the last event of ${model} has sources with byte offsets`, async (t) => {
    const list = await events(t, model, { tools: search });
    const text = textOf(list);
    const last = list.at(-1);
    assert.equal(textOf([last]), '');
    assert.equal(last.candidates[0].finishReason, 'STOP');
    const { groundingChunks, groundingSupports, webSearchQueries } =
      last.candidates[0].groundingMetadata;
    assert.deepEqual(webSearchQueries, ['Hi']);
    for (const { web } of groundingChunks) assert.ok(web.uri && web.title);
    assert.deepEqual(groundingSupports.map((support) => cited(text, support)),
      ['It is 21 °C in Zürich.', 'Nobody looked it up.']);
    const [{ segment }] = groundingSupports;
    assert.ok(segment.startIndex > text.indexOf(segment.text), 'no multi-byte character before');
    for (const event of list.slice(0, -1)) {
      assert.equal(event.candidates[0].groundingMetadata, undefined);
    }
  });
}

test('search in JSON mode cites the whole answer', async (t) => {
  const list = await events(t, flash35, { tools: search, generationConfig:
    { responseMimeType: 'application/json' } });
  const text = textOf(list);
  JSON.parse(text);
  const [support] = list.at(-1).candidates[0].groundingMetadata.groundingSupports;
  assert.equal(support.segment.startIndex, undefined);
  assert.equal(cited(text, support), text);
});

test('search: a whole answer has the sources, too', async (t) => {
  const google = await start(t);
  const { text } = await generate(google, flash25, { contents: [user('Hi')], tools: search });
  const answer = JSON.parse(text);
  assert.equal(answer.candidates[0].groundingMetadata.groundingSupports.length, 2);
  assert.equal(partsOf([answer]).length, 1);
});

test('a cut answer cites only what was said', async (t) => {
  const list = await events(t, flash25, { tools: search, generationConfig:
    { stopSequences: [' Nobody'] } });
  const { groundingSupports } = list.at(-1).candidates[0].groundingMetadata;
  assert.deepEqual(groundingSupports.map(({ segment }) => segment.text),
    ['It is 21 °C in Zürich.']);
});

test('search with its calls shown', async (t) => {
  const google = await start(t);
  const body = { contents: [user('Hi')], tools: search,
    toolConfig: { includeServerSideToolInvocations: true } };
  const list = eventsOf((await stream(google, flash35, body)).text);
  const [call, response] = partsOf(list);
  assert.deepEqual(call.toolCall.args, { queries: ['Hi'] });
  assert.equal(call.toolCall.toolType, 'GOOGLE_SEARCH_WEB');
  assert.equal(response.toolResponse.id, call.toolCall.id);
  const history = { contents: [user('Hi'), { role: 'model', parts: [call, response] },
    user('b')] };
  assert.equal((await generate(google, flash35, history)).status, 200);
});

test('maps, and the pages of the prompt', async (t) => {
  const maps = await events(t, flash25, { tools: [{ googleMaps: {} }], toolConfig:
    { retrievalConfig: { latLng: { latitude: 47, longitude: 8 } } } });
  assert.ok(maps.at(-1).candidates[0].groundingMetadata.groundingChunks[0].maps.uri);
  const pages = await events(t, flash25, { contents: [user('Read https://example.com/a now')],
    tools: [{ urlContext: {} }] });
  assert.deepEqual(pages.at(-1).candidates[0].urlContextMetadata.urlMetadata, [
    { retrievedUrl: 'https://example.com/a',
      urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' }]);
});

const codeRows = [
  [flash25, 'compute 6 * 7', 'OUTCOME_OK', '42\n', false],
  [flash35, 'Compute and fail', 'OUTCOME_FAILED', 'ZeroDivisionError: division by zero\n', true],
];

for (const [model, text, outcome, output, hasId] of codeRows) {
  test(`code execution of ${model}: ${text}`, async (t) => {
    const list = await events(t, model, { contents: [user(text)], tools: [{ codeExecution: {} }] });
    const [{ executableCode }, { codeExecutionResult }, said] = partsOf(list);
    assert.equal(executableCode.language, 'PYTHON');
    assert.match(executableCode.code, /^print\(.*\)\n$/);
    assert.deepEqual([codeExecutionResult.outcome, codeExecutionResult.output], [outcome, output]);
    assert.equal(/^[0-9a-f]{8}$/.test(executableCode.id), hasId);
    assert.equal(codeExecutionResult.id, executableCode.id);
    assert.match(said.text, /^This /);
  });
}

test('no code without the word', async (t) => {
  const list = await events(t, flash25, { tools: [{ codeExecution: {} }] });
  assert.ok(partsOf(list).every((part) => part.text !== undefined));
});

test('tokens of built-in tools are counted apart', async (t) => {
  const list = await events(t, flash25, { tools: search });
  const usage = list.at(-1).usageMetadata;
  assert.ok(usage.toolUsePromptTokenCount > 0);
  assert.deepEqual(usage.toolUsePromptTokensDetails, [{ modality: 'TEXT',
    tokenCount: usage.toolUsePromptTokenCount }]);
  assert.equal(usage.totalTokenCount, usage.promptTokenCount + usage.candidatesTokenCount
    + usage.toolUsePromptTokenCount + usage.thoughtsTokenCount);
});

const logprobsOf = (list) => list.map((event) => event.candidates[0].logprobsResult)
  .filter(Boolean);

test('log probabilities: the tokens of all events are the text', async (t) => {
  const list = await events(t, flash25, { contents: [user('grüezi  mitenand')],
    generationConfig: { responseLogprobs: true, logprobs: 3,
      thinkingConfig: { includeThoughts: true } } });
  const results = logprobsOf(list);
  assert.ok(results.length > 1);
  const chosen = results.flatMap((result) => result.chosenCandidates);
  const top = results.flatMap((result) => result.topCandidates);
  assert.equal(chosen.map(({ token }) => token).join(''), textOf(list));
  assert.equal(chosen[0].logProbability, undefined);
  assert.ok(chosen.slice(1).every(({ logProbability }) => logProbability < 0));
  assert.equal(top.length, chosen.length);
  top.forEach(({ candidates }, index) => {
    assert.equal(candidates.length, 3);
    assert.deepEqual(candidates[0], chosen[index]);
    assert.equal(new Set(candidates.map(({ token }) => token)).size, 3);
  });
  assert.ok(list.at(-1).candidates[0].avgLogprobs < 0);
});

test('log probabilities of a whole answer, without rivals', async (t) => {
  const google = await start(t);
  const { text } = await generate(google, 'gemini-2.5-pro', { contents: [user('Hi')],
    generationConfig: { responseLogprobs: true } });
  const answer = JSON.parse(text);
  const { chosenCandidates, topCandidates } = answer.candidates[0].logprobsResult;
  assert.equal(chosenCandidates.map(({ token }) => token).join(''), textOf([answer]));
  assert.equal(topCandidates, undefined);
});

test('no log probabilities unless asked for', async (t) => {
  assert.deepEqual(logprobsOf(await events(t, flash25, {})), []);
});
