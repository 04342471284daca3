// Function calls, their responses and thought signatures in the history.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { familyOf } from '../../tools/google/families.mjs';
import { signPart } from '../../tools/google/signatures.mjs';
import { checkGenerate } from '../../tools/google/validate.mjs';
import { generate, partsOf, start, user } from './helpers.mjs';

const flash25 = 'gemini-2.5-flash';
const flash35 = 'gemini-3.5-flash';
const dummy = 'skip_thought_signature_validator';
const call = (name, id, thoughtSignature) =>
  ({ functionCall: { name, ...(id && { id }) }, ...(thoughtSignature && { thoughtSignature }) });
const result = (name, id, more = {}) =>
  ({ functionResponse: { name, ...(id && { id }), response: { output: 'ok' }, ...more } });
const model = (...parts) => ({ role: 'model', parts });
const back = (...parts) => ({ role: 'user', parts });

const count = 'Please ensure that the number of function response parts is equal to the number of '
  + 'function call parts of the function call turn.';
const order = 'Please ensure that function call turn comes immediately after a user turn or after '
  + 'a function response turn.';
const orphan = 'Please ensure that function response turn comes immediately after a function call '
  + 'turn.';
const generic = 'Request contains an invalid argument.';
const corrupted = 'Corrupted thought signature.';
const missing = (name, position) => 'Function call is missing a thought_signature in functionCall '
  + 'parts. This is required for tools to work correctly, and missing thought_signature may lead '
  + `to degraded model performance. Additional data, function call \`default_api:${name}\` , `
  + `position ${position}. Please refer to `
  + 'https://ai.google.dev/gemini-api/docs/thought-signatures for more details.';

const own = signPart('gemini', 'f', '1');
const changed = `${own.slice(0, 20)}${own[20] === 'A' ? 'B' : 'A'}${own.slice(21)}`;

// [why the row exists, contents, message or null, model]
const rows = [
  ['one call, one response', [user('a'), model(call('f')), back(result('f'))], null, flash25],
  ['parallel calls', [user('a'), model(call('f'), call('g')), back(result('f'), result('g'))], null,
    flash25],
  ['two steps', [user('a'), model(call('f')), back(result('f')), model(call('g')),
    back(result('g'))], null, flash25],
  ['a response too few', [user('a'), model(call('f'), call('g')), back(result('f'))], count,
    flash25],
  ['a response too many', [user('a'), model(call('f')), back(result('f'), result('f'))], count,
    flash25],
  ['no response', [user('a'), model(call('f')), user('b')], count, flash25],
  ['responses in two contents', [user('a'), model(call('f'), call('g')), back(result('f')),
    back(result('g'))],
    count, flash25],
  ['call at the very beginning', [model(call('f')), back(result('f'))], order, flash25],
  ['call in a user turn', [user('a'), back(call('f')), back(result('f'))], order, flash25],
  ['response without a call', [user('a'), back(result('f'))], orphan, flash25],
  ['model contents in a row are one turn',
    [user('a'), model(call('f', 'x', dummy)), model(call('g', 'y', dummy)), back(result('f', 'x'),
      result('g', 'y'))],
    null, flash35],
  ['another name', [user('a'), model(call('f')), back(result('g'))], generic, flash25],
  ['another id', [user('a'), model(call('f', 'x')), back(result('f', 'y'))], generic, flash25],
  ['same ids in another order',
    [user('a'), model(call('f', 'x'), call('f', 'y')), back(result('f', 'y'), result('f', 'x'))],
      null, flash25],
  ['without ids the order is that of the calls',
    [user('a'), model(call('f'), call('g')), back(result('g'), result('f'))], generic, flash25],
  ['3.x wants the id of the call', [user('a'), model(call('f', 'x', dummy)), back(result('f'))],
    generic, flash35],
  ['the id of another call', [user('a'), model(call('f', 'x', dummy), call('g', 'y')),
    back(result('f', 'y'), result('g', 'x'))], generic, flash35],
  ['strict families want ids', [user('a'), model(call('f', null, dummy)), back(result('f'))],
    generic, 'gemini-3.6-flash'],
  ['response is an object', [user('a'), model(call('f')),
    back({ functionResponse: { name: 'f' } })], generic, flash25],
  ['text beside a response', [user('a'), model(call('f')), back(result('f'), { text: 'and' })],
    null, flash25],
  ['media in a response, 3.x', [user('a'), model(call('f', 'x', dummy)), back(result('f', 'x',
    { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] }))], null, flash35],
  ['media in a response, 2.5', [user('a'), model(call('f')), back(result('f', null,
    { parts: [{ inlineData: { mimeType: 'image/png', data: 'AAAA' } }] }))], generic, flash25],
  ['PDF in a response', [user('a'), model(call('f', 'x', dummy)), back(result('f', 'x',
    { parts: [{ inlineData: { mimeType: 'application/pdf', data: 'AAAA' } }] }))], null, flash35],
  ['text file in a response', [user('a'), model(call('f', 'x', dummy)), back(result('f', 'x',
    { parts: [{ inlineData: { mimeType: 'text/plain', data: 'AAAA' } }] }))],
      'Unsupported MIME type: text/plain', flash35],
  ['audio in a response', [user('a'), model(call('f', 'x', dummy)), back(result('f', 'x',
    { parts: [{ inlineData: { mimeType: 'audio/wav', data: 'AAAA' } }] }))],
      'Unsupported MIME type: audio/wav', flash35],

  ['own signature', [user('a'), model(call('f', 'x', own)), back(result('f', 'x'))], null, flash35],
  ['no signature', [user('a'), model(call('f', 'x')), back(result('f', 'x'))], missing('f', 2),
    flash35],
  ['no signature, model not known by name', [user('a'), model(call('f', 'x')), back(result('f',
    'x'))],
    missing('f', 2), 'gemini-4-flash'],
  ['only the first of parallel calls needs one',
    [user('a'), model(call('f', 'x', own), call('g', 'y')), back(result('f', 'x'), result('g',
      'y'))], null, flash35],
  ['signature on the second call only',
    [user('a'), model(call('g', 'y'), call('f', 'x', own)), back(result('g', 'y'), result('f',
      'x'))],
    missing('g', 2), flash35],
  ['each step needs one', [user('a'), model(call('f', 'x', own)), back(result('f', 'x')),
    model(call('g', 'y')),
    back(result('g', 'y'))], missing('g', 4), flash35],
  ['earlier turns need none', [user('a'), model(call('f', 'x')), back(result('f', 'x')), user('b')],
    null, flash35],
  ['dummy', [user('a'), model(call('f', 'x', dummy)), back(result('f', 'x'))], null, flash35],
  ['dummy in base64', [user('a'), model(call('f', 'x', Buffer.from(dummy).toString('base64'))),
    back(result('f', 'x'))], null, flash35],
  ['changed signature', [user('a'), model(call('f', 'x', changed)), back(result('f', 'x'))],
    corrupted, flash35],
  ['changed signature of an earlier turn',
    [user('a'), model(call('f', 'x', changed)), back(result('f', 'x')), user('b')], corrupted,
      flash35],
  ['foreign signature', [user('a'), model(call('f', 'x', 'U0lH')), back(result('f', 'x'))],
    corrupted, flash35],
  ['signature of another route', [user('a'), model(call('f', 'x', signPart('vertex', 'f', '1'))),
    back(result('f', 'x'))], corrupted, flash35],
  ['another dummy', [user('a'), model(call('f', 'x', 'context_engineering_is_the_way_to_go')),
    back(result('f', 'x'))], null, flash35],
  ['signature moved to another call', [user('a'), model(call('g', 'x', own)), back(result('g',
    'x'))], corrupted, flash35],
  ['signature on a response', [user('a'), model(call('f', 'x', own)),
    back({ ...result('f', 'x'), thoughtSignature: own })], generic, flash35],
  ['2.5 needs none', [user('a'), model(call('f', 'x')), back(result('f', 'x'))], null, flash25],
];

for (const [name, contents, message, modelName] of rows) {
  test(`turns: ${name}`, () => {
    const check = () => checkGenerate({ contents }, { model: modelName, family: familyOf(modelName),
      options: { route: 'gemini' } });
    if (message === null) check();
    else assert.throws(check, (error) => assert.equal(error.message, message) ?? true);
  });
}

test('a whole tool conversation, with the signature and id it was given', async (t) => {
  const google = await start(t);
  const tools = [{ functionDeclarations: [{ name: 'get_weather',
    parametersJsonSchema: { type: 'object',
    properties: { city: { type: 'string' } } } }] }];
  const question = user('Please call get_weather {"city": "Bern"}');
  const first = JSON.parse((await generate(google, flash35, { contents: [question], tools })).text);
  const [asked] = partsOf([first]);
  assert.equal(asked.functionCall.args.city, 'Bern');
  const { name, id } = asked.functionCall;
  const answer = back({ functionResponse: { name, id, response: { output: 'rain' } } });
  const contents = [question, model(asked), answer];
  const second = JSON.parse((await generate(google, flash35, { contents, tools })).text);
  assert.match(partsOf([second])[0].text, /get_weather returned \{"output":"rain"\}/);
  const without = { functionCall: asked.functionCall };
  const refused = await generate(google, flash35, { contents: [question, model(without), answer],
    tools });
  assert.equal(JSON.parse(refused.text).error.message, missing('get_weather', 2));
});
