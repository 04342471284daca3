// What the stand-in says to valid requests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sample } from '../../tools/google/sample.mjs';
import { eventsOf, generate, partsOf, start, stream, textOf, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const introduction = 'This is the stand-in for Google, not a Gemini model.';
const tools = [{ functionDeclarations: [
  { name: 'get_weather', parametersJsonSchema: { type: 'object',
    properties: { city: { type: 'string' } } } },
  { name: 'now' },
] }];

async function events(t, model, body) {
  const google = await start(t);
  const answer = await stream(google, model, body);
  assert.equal(answer.status, 200, answer.text);
  return eventsOf(answer.text);
}

test('usage is cumulative, ids are constant, only the last event has a finish reason', async (t) =>
  {
  const list = await events(t, flash25, { contents: [user('Hi')] });
  const counts = list.map(({ usageMetadata }) => usageMetadata.candidatesTokenCount);
  assert.deepEqual(counts, [...counts].sort((a, b) => a - b));
  for (const event of list) {
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount,
      totalTokenCount } = event.usageMetadata;
    assert.equal(totalTokenCount, promptTokenCount + candidatesTokenCount + thoughtsTokenCount);
    assert.equal(event.modelVersion, flash25);
    assert.equal(event.responseId, list[0].responseId);
  }
  assert.deepEqual(list.map(({ candidates: [{ finishReason }] }) => finishReason),
    [...Array(list.length - 1).fill(undefined), 'STOP']);
});

test('the same request gets the same words; every answer has an id of its own', async (t) => {
  const google = await start(t);
  const [one, two] = await Promise.all([1, 2].map(() => stream(google, flash35,
    { contents: [user('Hi')] })));
  assert.equal(textOf(eventsOf(one.text)), textOf(eventsOf(two.text)));
  assert.notEqual(eventsOf(one.text)[0].responseId, eventsOf(two.text)[0].responseId);
});

const thinkingRows = [
  // [model, thinkingConfig, thought part, thinking tokens]
  [flash35, { includeThoughts: true }, true, true],
  [flash35, undefined, false, true],
  [flash35, { includeThoughts: true, thinkingLevel: 'MINIMAL' }, false, false],
  ['gemini-3.1-flash-lite', { includeThoughts: true }, false, false],
  [flash25, { includeThoughts: true, thinkingBudget: 0 }, false, false],
  ['gemini-2.5-flash-lite', { includeThoughts: true }, false, false],
  ['gemini-2.5-flash-lite', { includeThoughts: true, thinkingBudget: 1024 }, true, true],
];

for (const [model, thinkingConfig, isShown, isCounted] of thinkingRows) {
  test(`thoughts of ${model} with ${JSON.stringify(thinkingConfig)}`, async (t) => {
    const list = await events(t, model, { contents: [user('Hi')],
      generationConfig: { thinkingConfig } });
    assert.equal(partsOf(list)[0].thought === true, isShown);
    assert.equal(partsOf(list).filter((part) => part.thought).length, isShown ? 1 : 0);
    assert.equal(list.at(-1).usageMetadata.thoughtsTokenCount > 0, isCounted);
    assert.match(textOf(list), /You said: Hi$/);
  });
}

test('3.x ends with an empty text that carries a signature', async (t) => {
  const list = await events(t, flash35, { contents: [user('Hi')] });
  const [last] = partsOf([list.at(-1)]);
  assert.equal(last.text, '');
  assert.match(last.thoughtSignature, /^[A-Za-z0-9+/]+=*$/);
});

test('maxOutputTokens counts thoughts and cuts between words', async (t) => {
  const list = await events(t, flash25, { contents: [user('Hi')],
    generationConfig: { maxOutputTokens: 16 } });
  assert.equal(textOf(list), 'This is the ');
  assert.equal(list.at(-1).candidates[0].finishReason, 'MAX_TOKENS');
  assert.ok(list.at(-1).usageMetadata.candidatesTokenCount + 12 <= 16);
});

test('thoughts may use up maxOutputTokens', async (t) => {
  const list = await events(t, flash25, { contents: [user('Hi')],
    generationConfig: { maxOutputTokens: 5 } });
  assert.deepEqual(list.map(({ candidates: [candidate] }) => candidate),
    [{ content: { role: 'model' }, finishReason: 'MAX_TOKENS', index: 0 }]);
  assert.equal(list[0].usageMetadata.candidatesTokenCount, undefined);
});

test('text ends before the first stop sequence', async (t) => {
  const list = await events(t, flash25, { contents: [user('one END two')],
    generationConfig: { stopSequences: ['never', ' END'] } });
  assert.equal(textOf(list), `${introduction} You said: one`);
  assert.equal(list.at(-1).candidates[0].finishReason, 'STOP');
});

test('a long prompt comes back whole, in at most 40 events', async (t) => {
  const long = Array.from({ length: 3000 }, (_, index) => `wörd${index} 😀`).join('\n');
  const list = await events(t, flash25, { contents: [user(long)] });
  assert.ok(list.length <= 40);
  assert.equal(textOf(list), `${introduction} You said: ${long}`);
});

test('files are named', async (t) => {
  const google = await start(t);
  const parts = [{ text: 'What?' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }];
  const answer = JSON.parse((await generate(google, flash25, { contents: [{ role: 'user',
    parts }] })).text);
  assert.equal(textOf([answer]), `${introduction} You said (and sent image/png): What?`);
  assert.deepEqual(answer.usageMetadata.promptTokensDetails.map(({ modality }) => modality),
    ['TEXT', 'IMAGE']);
});

const jsonRows = [
  ['responseJsonSchema', { responseJsonSchema: { type: 'object',
    properties: { a: { type: ['integer', 'null'] } },
    required: ['a'] } }, { a: 1 }],
  ['responseSchema', { responseSchema: { type: 'OBJECT', properties: { b: { type: 'ARRAY',
    items: { type: 'STRING', enum: ['x', 'y'] } } } } }, { b: ['x'] }],
  ['no schema', {}, { standIn: introduction, youSaid: 'Hi' }],
];

for (const [name, config, expected] of jsonRows) {
  test(`JSON answer: ${name}`, async (t) => {
    const list = await events(t, flash25, { contents: [user('Hi')],
      generationConfig: { responseMimeType: 'application/json', ...config } });
    assert.deepEqual(JSON.parse(textOf(list)), expected);
  });
}

test('samples fit their schema', () => {
  const rows = [
    [{ type: 'string' }, 'stand-in value'],
    [{ type: 'string', maxLength: 5 }, 'stand'],
    [{ type: 'string', format: 'date-time' }, '2025-01-01T00:00:00Z'],
    [{ const: 7 }, 7],
    [{ type: 'integer', minimum: 10 }, 10],
    [{ type: 'NUMBER', maximum: 1 }, 1],
    [{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [true, true]],
    [{ anyOf: [{ type: 'null' }, { type: 'boolean' }] }, true],
    [{ $defs: { A: { type: 'object', properties: { x: { type: 'null' } } } }, $ref: '#/$defs/A' },
      { x: null }],
    [{ type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }] }, [1, true]],
    [true, 'stand-in value'],
  ];
  for (const [schema, expected] of rows) assert.deepEqual(sample(schema), expected,
    JSON.stringify(schema));
});

test('a schema that refers to itself ends', () => {
  const node = { type: 'object', properties: { value: { type: 'string' }, children: { type: 'array',
    items: { $ref: '#/$defs/Node' } } }, required: ['value', 'children'] };
  const value = sample({ $defs: { Node: node }, $ref: '#/$defs/Node' });
  assert.equal(value.children[0].value, 'stand-in value');
  assert.ok(JSON.stringify(value).length < 2000);
});

const calls = (list) => partsOf(list).filter((part) => part.functionCall).map((part) =>
  part.functionCall);
const callRows = [
  ['asked by name', 'Please call now', undefined, ['now']],
  ['two names, in the order of the prompt', 'now, then get_weather', undefined, ['now',
    'get_weather']],
  ['one name, not asked', 'What does now mean?', undefined, []],
  ['part of a word', 'Please call nowhere', undefined, []],
  ['NONE', 'Please call now', { mode: 'NONE' }, []],
  ['ANY', 'Hi', { mode: 'ANY' }, ['get_weather']],
  ['ANY with a name', 'What does now mean?', { mode: 'ANY' }, ['now']],
  ['ANY, one allowed', 'Please call get_weather', { mode: 'ANY', allowedFunctionNames: ['now'] },
    ['now']],
  ['VALIDATED is no force', 'Hi', { mode: 'VALIDATED' }, []],
];

for (const [name, text, functionCallingConfig, expected] of callRows) {
  test(`function calls: ${name}`, async (t) => {
    const toolConfig = functionCallingConfig && { functionCallingConfig };
    const list = await events(t, flash35, { contents: [user(text)], tools, toolConfig });
    assert.deepEqual(calls(list).map((call) => call.name), expected);
  });
}

test('parallel calls are in one event: ids on all, a signature on the first', async (t) => {
  const list = await events(t, flash35,
    { contents: [user('call get_weather {"city": {"a": 1}} and now')], tools });
  const [first, second] = partsOf([list[0]]);
  assert.deepEqual(first.functionCall.args, { city: { a: 1 } });
  assert.equal(second.functionCall.args, undefined);
  assert.match(first.functionCall.id, /^[0-9a-f]{8}$/);
  assert.match(second.functionCall.id, /^[0-9a-f]{8}$/);
  assert.notEqual(first.functionCall.id, second.functionCall.id);
  assert.ok(first.thoughtSignature);
  assert.equal(second.thoughtSignature, undefined);
  assert.equal(list.at(-1).candidates[0].finishReason, 'STOP');
});

test('2.5 calls without an id and finishes in the same event', async (t) => {
  const list = await events(t, flash25, { contents: [user('call get_weather')], tools });
  assert.equal(list.length, 1);
  assert.deepEqual(calls(list), [{ name: 'get_weather', args: { city: 'stand-in city' } }]);
  assert.equal(list[0].candidates[0].finishReason, 'STOP');
});
