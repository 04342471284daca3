// What must be refused, and in which words: one row per rule.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';
import { ask, generate, start, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const options = { route: 'gemini', penalties: true };

// The Failure for a body, or null if it is accepted.
function refusal(body, model = flash35, more = {}) {
  try {
    checkGenerate(body, { model, family: familyOf(model), options: { ...options, ...more } });
    return null;
  } catch (error) {
    if (error.code === undefined) throw error;
    return error;
  }
}

const ask1 = { contents: [user('Hi')] };
const part = (value) => ({ contents: [{ role: 'user', parts: [value] }] });
const config = (generationConfig) => ({ ...ask1, generationConfig });
const thinking = (thinkingConfig) => config({ thinkingConfig });
const declare = (...functionDeclarations) => ({ ...ask1, tools: [{ functionDeclarations }] });
const parameters = (schema) => declare({ name: 'f', parameters: schema });
const f = { name: 'f' };
const cannotFind = (name, at) => `Invalid JSON payload received. Unknown name "${name}"`
  + `${at ? ` at '${at}'` : ''}: Cannot find field.`;
const rules = (...lines) => lines.map((line) => `* GenerateContentRequest.${line}\n`).join('');
const type = (name) => `type.googleapis.com/google.ai.generativelanguage.v1beta.${name}`;
const value = (at, typeName, shown) => `Invalid value at '${at}' (${typeName}), ${shown}`;
const schemaPath = 'tools[0].function_declarations[0].parameters';
const part0 = (field) => `contents[0].parts[0].${field}`;
const image = (data) => ({ inlineData: { mimeType: 'image/png', data } });
const noList = (name, at) => `Invalid JSON payload received. Unknown name "${name}" at '${at}': `
  + 'Proto field is not repeating, cannot start list.';

// [why the row exists, body, message or null, model]
const jsonRows = [
  ['unknown name at the top', { ...ask1, stream: true }, cannotFind('stream')],
  ['unknown name in a part', part({ text: 'a', x: 1 }), cannotFind('x', 'contents[0].parts[0]')],
  ['paths are snake_case', config({ thinkingConfig: { effort: 1 } }),
    cannotFind('effort', 'generation_config.thinking_config')],
  ['every violation has its line', { ...part({ text: 'a', x: 1 }), y: 2 },
    `${cannotFind('x', 'contents[0].parts[0]')}\n${cannotFind('y')}`],
  ['map entries are numbered', parameters({ type: 'OBJECT', properties: { a: { type: 'STRING' },
    b: { type: 'STRING', const: 'x' } } }),
  cannotFind('const', 'tools[0].function_declarations[0].parameters.properties[1].value')],
  ['schema keywords of JSON Schema', config({ responseMimeType: 'application/json',
    responseSchema: { type: 'OBJECT', properties: { a: { type: 'STRING' } },
      additionalProperties: false } }),
  cannotFind('additionalProperties', 'generation_config.response_schema')],
  ['fields of Vertex only', { ...ask1, labels: {} }, cannotFind('labels')],
  ['displayName is Vertex only', part({ inlineData: { mimeType: 'image/png', data: 'AAAA',
    displayName: 'x' } }),
    cannotFind('displayName', 'contents[0].parts[0].inline_data')],
  ['snake_case names are taken', { ...ask1, generation_config: { top_p: 0.5,
    stop_sequences: ['x'] } }, null],
  ['null is absent', { ...ask1, tools: null, generationConfig: { temperature: null } }, null],
  ['a single object for a list', { contents: { role: 'user', parts: { text: 'Hi' } } }, null],
  ['... whose path has no index', { contents: { parts: { text: 'Hi', role: 'user' } } },
    cannotFind('role', 'contents.parts')],
  ['number for a string', part({ text: 5 }), value(part0('text'), 'TYPE_STRING', 5)],
  ['string for a float', config({ temperature: 'abc' }),
    'Invalid value at \'generation_config.temperature\' (TYPE_FLOAT), "abc"'],
  ['numeric strings are numbers', config({ temperature: '0.5', maxOutputTokens: '10' }), null],
  ['fraction for an integer', thinking({ thinkingBudget: 19660.8 }),
    value('generation_config.thinking_config.thinking_budget', 'TYPE_INT32', 19660.8)],
  ['1.0 is an integer', config({ maxOutputTokens: 1.0 }), null],
  ['int32 has 32 bits', config({ seed: 2147483648 }),
    value('generation_config.seed', 'TYPE_INT32', 2147483648)],
  ['number for a bool', thinking({ includeThoughts: 1 }),
    value('generation_config.thinking_config.include_thoughts', 'TYPE_BOOL', 1)],
  ['names of Object are no bools', thinking({ includeThoughts: 'constructor' }),
    value('generation_config.thinking_config.include_thoughts', 'TYPE_BOOL', '"constructor"')],
  ['string for a message', { contents: 'Hi' }, value('contents', type('Content'), '"Hi"')],
  ['array for a struct', part({ functionCall: { name: 'f', args: [1] } }),
    noList('args', part0('function_call'))],
  ['string for a struct', part({ functionCall: { name: 'f', args: '{}' } }),
    value(part0('function_call.args'), 'type.googleapis.com/google.protobuf.Struct', '"{}"')],
  ['list for a scalar', parameters({ type: ['STRING'] }), noList('type', schemaPath)],
  ['object for a scalar', part({ text: {} }),
    value(part0('text'), 'TYPE_STRING', 'Starting an object on a scalar field')],
  ['unknown enum', { ...declare(f), toolConfig: { functionCallingConfig: { mode: 'REQUIRED' } } },
    value('tool_config.function_calling_config.mode', type('FunctionCallingConfig.Mode'),
      '"REQUIRED"')],
  ['enums in lower case', {
    ...parameters({ type: 'object', properties: { a: { type: 'string' } } }),
    toolConfig: { functionCallingConfig: { mode: 'auto' } } }, null],
  ['bad base64', part(image('https://x')),
    value(part0('inline_data.data'), 'TYPE_BYTES', 'Base64 decoding failed for "https://x"')],
  ['URL alphabet without padding', part(image('_-A')), null],
  ['base64 of an impossible length', part(image('AAAAA')),
    value(part0('inline_data.data'), 'TYPE_BYTES', 'Base64 decoding failed for "AAAAA"')],
  ['two kinds of data in a part', part({ text: 'a', ...image('AAAA') }),
    value('contents[0].parts[0]', 'oneof',
      "oneof field 'data' is already set. Cannot set 'inlineData'")],
  ['duration', part({ fileData: { fileUri: 'https://x' }, videoMetadata: { startOffset: '5' } }),
    value(part0('video_metadata.start_offset'), 'type.googleapis.com/google.protobuf.Duration',
      '"5"')],
];

const contentRows = [
  ['no contents', {}, rules('contents: contents is not specified')],
  ['empty contents', { contents: [] }, rules('contents: contents is not specified')],
  ['empty parts', { contents: [{ role: 'user', parts: [] }] },
    rules('contents[0].parts: contents.parts must not be empty.')],
  ['part without data', { contents: [{ parts: [{}] }, { parts: [{ thought: true }] }] },
    rules("contents[0].parts[0].data: required oneof field 'data' must have one initialized field",
      "contents[1].parts[0].data: required oneof field 'data' must have one initialized field")],
  ['empty text is data', part({ text: '' }), null],
  ['system role', { contents: [{ role: 'system', parts: [{ text: 'a' }] }] },
    "Role 'system' is not supported."],
  ['other role', { contents: [{ role: 'assistant', parts: [{ text: 'a' }] }] },
    'Please use a valid role: user, model.'],
  ['role may be absent', { contents: [{ parts: [{ text: 'a' }] }] }, null],
  ['two user contents in a row', { contents: [user('a'), user('b')] }, null],
  ['empty system instruction', { ...ask1, systemInstruction: { parts: [] } },
    rules('system_instruction.parts: contents.parts must not be empty.')],
  ['no system instruction for gemma-3', { ...ask1, systemInstruction: { parts: [{ text: 'a' }] } },
    'Developer instruction is not enabled for models/gemma-3-27b-it', 'gemma-3-27b-it'],
  ['last turn the model\'s, strict family', { contents: [user('a'), { role: 'model',
    parts: [{ text: 'b' }] }] },
    'Requests ending with a model turn are not supported.', 'gemini-3.6-flash'],
  ['last turn the model\'s, other family', { contents: [user('a'), { role: 'model',
    parts: [{ text: 'b' }] }] },
    null, flash25],
  ['GIF', part({ inlineData: { mimeType: 'image/gif', data: 'AAAA' } }),
    'Unsupported MIME type: image/gif'],
  ['gs:// is Vertex only', part({ fileData: { fileUri: 'gs://bucket/a', mimeType: 'image/png' } }),
    'Invalid or unsupported file uri: gs://bucket/a'],
];

const configRows = [
  ['temperature', config({ temperature: 2.1 }),
    rules('generation_config.temperature: temperature must be in the range [0.0, 2.0].')],
  ['temperature at the ends', config({ temperature: 0, topP: 1 }), null],
  ['topP', config({ topP: -0.1 }),
    rules('generation_config.top_p: top_p must be in the range [0.0, 1.0].')],
  ['maxOutputTokens', config({ maxOutputTokens: 0 }),
    rules('generation_config.max_output_tokens: max_output_tokens must be positive.')],
  ['five stop sequences', config({ stopSequences: ['a', 'b', 'c', 'd', 'e'] }), null],
  ['six stop sequences', config({ stopSequences: ['a', 'b', 'c', 'd', 'e', 'f'] }),
    rules('generation_config.stop_sequences: the number of stop_sequences must not exceed 5')],
  ['empty stop sequence', config({ stopSequences: [''] }),
    rules('generation_config.stop_sequences[0]: stop_sequences must not be empty')],
  ['mime type', config({ responseMimeType: 'text/html' }),
    /response_mime_type: allowed mimetypes are/],
  ['schema without mime type', config({ responseJsonSchema: {} }),
    /response_json_schema: only allowed for/],
  ['two schemas', config({ responseMimeType: 'application/json', responseJsonSchema: {},
    responseSchema: { type: 'STRING' } }), /response_schema must not be set as well/],
  ['candidateCount on 3.x', config({ candidateCount: 1 }),
    'candidate_count is not supported for models/gemini-3.5-flash'],
  ['candidateCount 1 on 2.5', config({ candidateCount: 1 }), null, flash25],
  ['candidateCount 2 on 2.5', config({ candidateCount: 2 }),
    'Multiple candidates is not enabled for this model', flash25],
  ['image from a text model', config({ responseModalities: ['TEXT', 'IMAGE'] }),
    /^The requested combination of response modalities \(TEXT, IMAGE\)/],
  ['image from an image model', config({ responseModalities: ['TEXT', 'IMAGE'] }), null,
    'gemini-3-pro-image'],
  ['logprobs', config({ responseLogprobs: true }),
    'Logprobs is not enabled for models/gemini-3.5-flash'],
  ['a safety category twice', { ...ask1, safetySettings: [1, 2].map(() =>
    ({ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' })) },
      'Request contains an invalid argument.'],
  ['cached content and tools', { ...declare(f), cachedContent: 'cachedContents/stand-in' },
    /^CachedContent can not be used with GenerateContent request/],
  ['unknown cached content', { ...ask1, cachedContent: 'cachedContents/x' },
    'CachedContent not found (or permission denied)'],

  ['thinking on a model that does not', thinking({ includeThoughts: true }),
    'Thinking is not enabled for models/gemini-2.0-flash', 'gemini-2.0-flash'],
  ['level and budget', thinking({ thinkingBudget: 1, thinkingLevel: 'LOW' }),
    'You can only set only one of thinking budget and thinking level.'],
  ['level on 2.5', thinking({ thinkingLevel: 'LOW' }),
    'Thinking level is not supported for this model.', flash25],
  ['level the family lacks', thinking({ thinkingLevel: 'minimal' }),
    'Thinking level MINIMAL is not supported for this model.', 'gemini-3.8-flash'],
  ['... 3.7 neither', thinking({ thinkingLevel: 'minimal' }),
    'Thinking level MINIMAL is not supported for this model.', 'gemini-3.7-flash'],
  ['level the family has', thinking({ thinkingLevel: 'low' }), null, 'gemini-3.8-flash'],
  ['budget on a level family', thinking({ thinkingBudget: 1024 }), null],
  ['budget 0 on 2.5 pro', thinking({ thinkingBudget: 0 }),
    'Budget 0 is invalid. This model only works in thinking mode.', 'gemini-2.5-pro'],
  ['budget 0 on 2.5 flash', thinking({ thinkingBudget: 0 }), null, flash25],
  ['budget -1', thinking({ thinkingBudget: -1 }), null, 'gemini-2.5-pro'],
  ['budget too small', thinking({ thinkingBudget: 100 }),
    'The thinking budget (100) is invalid. Please choose a value between 512 and 24576.',
      'gemini-2.5-flash-lite'],
  ['budget too large', thinking({ thinkingBudget: 32768 }),
    'The thinking budget (32768) is invalid. Please choose a value between 0 and 24576.', flash25],
];

const toolRows = [
  ['function name', declare({ name: '1f' }),
    /^\* GenerateContentRequest\.tools\[0\]\.function_declarations\[0\]\.name: Invalid function/],
  ['no function name', declare({}), /name: Invalid function name\./],
  ['duplicate names', declare(f, f), 'Duplicate function declaration found: f'],
  ['too many declarations', declare(...Array.from({ length: 513 }, (_, i) => ({ name: `f${i}` }))),
    /at most 512 function declarations/],
  ['both kinds of parameters', declare({ ...f, parametersJsonSchema: {},
    parameters: { type: 'OBJECT' } }),
    /parameters_json_schema: parameters must not be set as well/],
  ['any keyword in a JSON schema', declare({ ...f, parametersJsonSchema: { type: 'object',
    $schema: 'x',
    properties: { a: { const: 1, not: {} } }, additionalProperties: false } }), null],
  ['a JSON schema is an object', declare({ ...f, parametersJsonSchema: true }),
    /must be a JSON schema object/],
  ['keys beside $ref', declare({ ...f, parametersJsonSchema: { properties: { a: { $ref: '#/$defs/A',
    type: 'x' } } } }),
    /a schema with \$ref must not have the key type/],
  ['parameters without properties', parameters({ type: 'OBJECT', properties: {} }), null],
  ['... but not inside', parameters({ type: 'OBJECT', properties: { a: { type: 'OBJECT' } } }),
    rules(`${schemaPath}.properties[a].properties: should be non-empty for OBJECT type`)],
  ['array without items', parameters({ type: 'OBJECT', properties: { a: { type: 'ARRAY' } } }),
    rules(`${schemaPath}.properties[a].items: missing field.`)],
  ['required without property', parameters({ type: 'OBJECT', properties: { a: { type: 'STRING' } },
    required: ['b'] }),
    rules(`${schemaPath}.required[0]: property is not defined`)],
  ['string format', parameters({ type: 'OBJECT', properties: { a: { type: 'STRING',
    format: 'uri' } } }),
    rules(`${schemaPath}.properties[a].format: only 'enum' and 'date-time' are supported for `
      + 'STRING type')],
  ['properties of a string', parameters({ type: 'OBJECT', properties: { a: { type: 'STRING',
    properties: {} } } }),
    rules(`${schemaPath}.properties[a].properties: only allowed for OBJECT type`)],

  ['config without declarations', { ...ask1,
    toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    'Function calling config is set without function_declarations.'],
  ['allowed names with AUTO', { ...declare(f), toolConfig: { functionCallingConfig:
    { mode: 'AUTO', allowedFunctionNames: ['f'] } } },
      /allowed_function_names: should only be set when/],
  ['allowed names with VALIDATED', { ...declare(f), toolConfig: { functionCallingConfig:
    { mode: 'VALIDATED', allowedFunctionNames: ['f'] } } }, null],
  ['unknown allowed name', { ...declare(f), toolConfig: { functionCallingConfig:
    { mode: 'ANY', allowedFunctionNames: ['g'] } } },
      /allowed_function_names\[0\]: function g is not in/],

  ['JSON and functions on 2.5', { ...declare(f),
    generationConfig: { responseMimeType: 'application/json' } },
    "Function calling with a response mime type: 'application/json' is unsupported", flash25],
  ['JSON and functions on 3.x', { ...declare(f),
    generationConfig: { responseMimeType: 'application/json' } }, null],
  ['JSON and built-in tools on 2.5', { ...ask1, tools: [{ googleSearch: {} }],
    generationConfig: { responseMimeType: 'application/json' } },
  "Tool use with a response mime type: 'application/json' is unsupported", flash25],
  ['functions and built-in tools on 2.5', { ...ask1, tools: [{ functionDeclarations: [f] },
    { googleSearch: {} }] },
    'Tool use with function calling is unsupported', flash25],
  ['functions and built-in tools on 3.x', { ...ask1, tools: [{ functionDeclarations: [f] },
    { googleSearch: {} }] },
    'Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with '
      + 'Function calling.'],
  ['... enabled', { ...ask1, tools: [{ functionDeclarations: [f] }, { googleSearch: {} }],
    toolConfig: { includeServerSideToolInvocations: true,
      functionCallingConfig: { mode: 'VALIDATED' } } }, null],
  ['... enabled, without a mode', { ...ask1, tools: [{ functionDeclarations: [f] },
    { googleSearch: {} }], toolConfig: { includeServerSideToolInvocations: true } }, null],
  ['... enabled, but AUTO', { ...ask1, tools: [{ functionDeclarations: [f] }, { googleSearch: {} }],
    toolConfig: { includeServerSideToolInvocations: true,
      functionCallingConfig: { mode: 'AUTO' } } },
  /^Function calling mode AUTO is not supported/],
];

for (const [group, rows] of Object.entries({ jsonRows, contentRows, configRows, toolRows })) {
  for (const [name, body, message, model] of rows) {
    test(`${group.replace('Rows', '')}: ${name}`, () => {
      const error = refusal(body, model);
      if (message === null) return assert.equal(error?.message, undefined);
      assert.ok(error, 'the body was accepted');
      assert.equal(error.code, /permission denied/.test(error.message) ? 403 : 400);
      return message instanceof RegExp
        ? assert.match(error.message, message) : assert.equal(error.message, message);
    });
  }
}

test('violations of the JSON layer are in the details, a field of the root without a path', () => {
  const error = refusal({ ...part({ text: 'a', x: 1 }), y: 2 });
  assert.deepEqual(error.details, [{ '@type': 'type.googleapis.com/google.rpc.BadRequest',
    fieldViolations: [
    { field: 'contents[0].parts[0]', description: cannotFind('x', 'contents[0].parts[0]') },
    { description: cannotFind('y') }] }]);
});

test('penalties may be switched off', () => {
  const body = config({ presencePenalty: 0.5 });
  assert.equal(refusal(body), null);
  assert.match(refusal(body, flash35, { penalties: false }).message, /^Penalty is not enabled/);
});

const deep = (levels) =>
  `{"contents":[{"parts":[{"functionCall":{"name":"f","args":${'{"a":'.repeat(levels)}1`
  + `${'}'.repeat(levels)}}}]}]}`;
const bodies = [
  ['not JSON', '{"contents":[', /^Invalid JSON payload received\. Unexpected end of string\./],
  ['trailing comma', '{"contents":[],}',
    /^Invalid JSON payload received\. Expected an object key or \}\./],
  ['bare word', 'hello', /^Invalid JSON payload received\. Unexpected token\./],
  ['missing comma', '{"a":1 "b":2}',
    /^Invalid JSON payload received\. Expected , or \} after key:value pair\./],
  ['array', '[]',
    'Invalid JSON payload received. Unknown name "": Root element must be a message.'],
  ['empty', '', rules('contents: contents is not specified')],
  ['not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    /Encountered non UTF-8 code points\.$/],
  ['lone surrogate', '{"contents":[{"parts":[{"text":"\\ud83d"}]}]}',
    /Invalid unicode code point\.$/],
  ['number too large', '{"generationConfig":{"temperature":1e999}}',
    /Number exceeds the range of double\.$/],
  ['too deep', deep(100), /Message too deep\. Max recursion depth reached for key 'a'$/],
];

for (const [name, body, message] of bodies) {
  test(`body: ${name}`, async (t) => {
    const google = await start(t);
    const answer = await generate(google, flash25, body);
    assert.equal(answer.status, 400);
    const { error } = JSON.parse(answer.text);
    assert.equal(error.status, 'INVALID_ARGUMENT');
    if (message instanceof RegExp) assert.match(error.message, message);
    else assert.equal(error.message, message);
  });
}

test('a form or an unknown query parameter is refused', async (t) => {
  const google = await start(t);
  const path = `/v1beta/models/${flash25}:generateContent`;
  const headers = { 'x-goog-api-key': 'key-a',
    'content-type': 'application/x-www-form-urlencoded' };
  for (const answer of [await ask(google, path, { body: ask1, headers }),
    await ask(google, `${path}?stream=1`, { body: ask1 })]) {
    assert.equal(answer.status, 400);
    assert.match(JSON.parse(answer.text).error.message, /Cannot bind query parameter\./);
  }
});
