// Faults that a proxy can mend: with `:repair` they last as long as what they complain about.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presets } from '../../tools/google/presets.mjs';
import { generate, partsOf, start, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const dummy = 'skip_thought_signature_validator';
const tools = (declaration = {}) => [{ functionDeclarations: [{ name: 'f', ...declaration }] }];
const object = { type: 'object', properties: { a: { type: 'string' } } };
const asked = (thoughtSignature, id) => ({ role: 'model', parts: [{
  functionCall: { name: 'f', args: {}, ...id }, ...(thoughtSignature && { thoughtSignature }) }] });
const answered = (id) => ({ role: 'user', parts: [{ functionResponse:
  { name: 'f', response: { output: '' }, ...id } }] });
const history = (signature, id) => ({ before: [user('a'), asked(signature, id), answered(id)] });
const config = (generationConfig) => ({ generationConfig });

// name: [what the message must hold, offending body, mended body, model]
const rows = {
  penalty: ['Penalty is not enabled', config({ presencePenalty: 1 }), {}],
  logprobs: ['Logprobs is not enabled', config({ responseLogprobs: true, logprobs: 1 }), {}],
  signature: ['Corrupted thought signature', history('AAAA'), history(dummy), flash35],
  'signature-invalid': ['Invalid thought signature', history('AAAA'), history(dummy), flash35],
  'signature-missing': ['is missing a `thought_signature`', history(), history(dummy), flash35],
  'unknown-id': ['Unknown name "id"', history(dummy, { id: 'x' }), history(dummy), flash35],
  'json-schema-unknown': ['Unknown name "parametersJsonSchema"',
    { tools: tools({ parametersJsonSchema: object }) }, { tools: tools() }],
  'response-schema-unknown': ['Unknown name "responseJsonSchema"',
    config({ responseMimeType: 'application/json', responseJsonSchema: object }),
    config({ responseMimeType: 'application/json' })],
  'schema-keyword': ['Unknown name "$ref"',
    { tools: tools({ parametersJsonSchema: { $ref: '#' } }) }, { tools: tools() }],
  'mime-tools': ["Function calling with a response mime type: 'application/json' is unsupported",
    { ...config({ responseMimeType: 'application/json' }), tools: tools() }, { tools: tools() },
    flash35],
  'thinking-level': ['Thinking level is not supported',
    config({ thinkingConfig: { thinkingLevel: 'LOW' } }), config({ thinkingConfig: {} }), flash35],
  'thinking-level-unknown': ['Unknown name "thinkingLevel"',
    config({ thinkingConfig: { thinkingLevel: 'LOW' } }), config({ thinkingConfig: {} }), flash35],
  'thinking-budget': ['Budget 0 is invalid', config({ thinkingConfig: { thinkingBudget: 0 } }), {}],
  'thinking-config': ['Thinking level is not supported',
    config({ thinkingConfig: { includeThoughts: true } }), config({})],
  'system-instruction': ['Developer instruction is not enabled',
    { systemInstruction: { parts: [{ text: 'a' }] } }, {}],
  'sampling-unknown': ['Unknown name "topK" at \'generation_config\'', config({ topK: 5 }), {}],
  'sampling-refused': ['temperature is not supported', config({ temperature: 1 }), {}],
  validated: ['"VALIDATED"', { tools: tools(), toolConfig: { functionCallingConfig:
    { mode: 'VALIDATED' } } }, { tools: tools(), toolConfig: { functionCallingConfig:
    { mode: 'AUTO' } } }],
  'server-tools': ['Unknown name "includeServerSideToolInvocations"',
    { toolConfig: { includeServerSideToolInvocations: true } }, {}],
};

for (const [name, [message, offending, mended, model = flash25]] of Object.entries(rows)) {
  test(`until it is repaired: ${name}`, async (t) => {
    const google = await start(t);
    const ask = async ({ before = [], ...body }) => generate(google, model,
      { ...body, contents: [...before, user(`"${name}": [[fault:${name}:repair]]`)] });
    for (const answer of [await ask(offending), await ask(offending)]) {
      assert.equal(answer.status, 400);
      const { error } = JSON.parse(answer.text);
      assert.equal(error.status, 'INVALID_ARGUMENT');
      assert.ok(error.message.includes(message), error.message);
    }
    const answer = await ask(mended);
    assert.equal(answer.status, 200, answer.text);
  });
}

test('every fault that can be repaired is in the table above or below', () => {
  const mendable = Object.keys(presets).filter((name) => presets[name][2]);
  assert.deepEqual(mendable.sort(),
    [...Object.keys(rows), 'model-turn', 'missing-signature'].sort());
});

test('a model turn at the end is repaired by another turn', async (t) => {
  const google = await start(t);
  const contents = [user('[[fault:model-turn:repair]]'), { role: 'model', parts: [{ text: 'a' }] }];
  const refused = await generate(google, flash25, { contents });
  assert.match(refused.text, /Requests ending with a model turn are not supported\./);
  const repaired = await generate(google, flash25, { contents: [...contents, user('Continue.')] });
  assert.equal(repaired.status, 200);
});

test('a finish reason may ask for signatures', async (t) => {
  const google = await start(t);
  const ask = async (signature) => JSON.parse((await generate(google, flash35, { contents:
    [...history(signature).before, user('[[fault:missing-signature:repair]]')] })).text);
  assert.equal((await ask()).candidates[0].finishReason, 'MISSING_THOUGHT_SIGNATURE');
  assert.equal((await ask(dummy)).candidates[0].finishReason, 'STOP');
});

test('other faults cannot be repaired', async (t) => {
  const google = await start(t);
  const ask = (text) => generate(google, flash25, { contents: [user(text)] });
  assert.match((await ask('[[fault:503:repair]]')).text, /"503\\" cannot be repaired/);
  assert.match((await ask('[[fault:nothing:repair]]')).text, /knows no fault/);
});

const finishRows = [['malformed-call', 'MALFORMED_FUNCTION_CALL'],
  ['malformed-late', 'MALFORMED_FUNCTION_CALL'], ['unexpected-call', 'UNEXPECTED_TOOL_CALL'],
  ['too-many-calls', 'TOO_MANY_TOOL_CALLS'], ['malformed-response', 'MALFORMED_RESPONSE'],
  ['missing-signature', 'MISSING_THOUGHT_SIGNATURE'], ['no-image', 'NO_IMAGE'],
  ['image-safety', 'IMAGE_SAFETY']];

for (const [name, finishReason] of finishRows) {
  test(`finish reason of ${name}`, async (t) => {
    const google = await start(t);
    const { text } = await generate(google, flash25, { contents: [user(`[[fault:${name}]]`)] });
    assert.equal(JSON.parse(text).candidates[0].finishReason, finishReason);
  });
}

test('text before a finish reason is in a whole answer, too', async (t) => {
  const google = await start(t);
  const contents = [user('[[fault:malformed-late]]')];
  const { text } = await generate(google, flash25, { contents });
  assert.deepEqual(partsOf([JSON.parse(text)]), [{ text: 'Some text ' }]);
});

test('an empty list of candidates', async (t) => {
  const google = await start(t);
  const contents = [user('[[fault:empty-candidates]]')];
  const { text } = await generate(google, flash25, { contents });
  assert.deepEqual(JSON.parse(text).candidates, []);
});
