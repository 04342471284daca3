// Structured output with the official client of OpenAI and zod: schemas that refer to themselves, cut
// and filtered answers, schemas beside tools.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { zodFunction, zodResponseFormat } from 'openai/helpers/zod';
import { z } from 'zod';
import { ending, kGemini2, kGemini3, lastRequest } from './google.mjs';
import { said, startOfficial } from './official.mjs';

const { proxy, google, client } = await startOfficial();
const { completions } = client.chat;

const parse = (body, stream) =>
  stream ? completions.stream(body).finalChatCompletion() : completions.parse(body);

const Address = z.object({ street: z.string(), town: z.string() }).meta({ id: 'address' });
const Person = z.object({
  name: z.string(),
  age: z.number().int().min(0).max(150),
  home: Address,
  work: Address.nullable(),
  roles: z.array(z.enum(['reader', 'writer'])),
  contact: z.union([z.object({ mail: z.string() }), z.object({ phone: z.string() })]),
});
const Tree = z.object({
  label: z.string(),
  get children() {
    return z.array(Tree);
  },
});
const kTree = { label: 'root', children: [{ label: 'leaf', children: [] }] };
// Google knows `$defs` only.
const forGoogle = (schema) => JSON.parse(JSON.stringify(schema).replaceAll('definitions', '$defs'));

for (const stream of [false, true]) {
  const how = stream ? 'streamed' : 'whole';

  test(`parse() fills schemas with references; Google gets them whole (${how})`, async () => {
    for (const [schema, value] of [[Person], [Tree, kTree]]) {
      for (const model of [kGemini2, kGemini3]) {
        const format = zodResponseFormat(schema, 'answer');
        assert.ok(JSON.stringify(format).includes('"$ref"'), 'the case needs a reference');
        google.script(value && [{ events: [ending([{ text: JSON.stringify(value) }])] }]);
        const completion = await parse(said('Hello!', { model, response_format: format }), stream);
        const [{ message, finish_reason: finish }] = completion.choices;
        assert.equal(finish, 'stop');
        assert.deepEqual(schema.parse(message.parsed), JSON.parse(message.content));
        if (value) assert.deepEqual(message.parsed, value);
        const { generationConfig: config } = lastRequest(proxy);
        assert.equal(config.responseMimeType, 'application/json');
        assert.deepEqual(config.responseJsonSchema, forGoogle(format.json_schema.schema));
        // Without a script: the stand-in takes the schema, too.
        const { choices } = await completions.create(said('x', { model, response_format: format }));
        assert.equal(choices[0].finish_reason, 'stop');
      }
    }
  });

  test(`json_object gives an object (${how})`, async () => {
    const body = said('As JSON, please.', { response_format: { type: 'json_object' } });
    const completion = await parse(body, stream);
    assert.equal(typeof JSON.parse(completion.choices[0].message.content), 'object');
    const { generationConfig: config } = lastRequest(proxy);
    assert.equal(config.responseMimeType, 'application/json');
    assert.equal(config.responseJsonSchema, undefined);
  });

  test(`a cut answer is a LengthFinishReasonError, not half an object (${how})`, async () => {
    const body = said('Hello!', {
      response_format: zodResponseFormat(Person, 'person'),
      max_completion_tokens: 20,
    });
    await assert.rejects(parse(body, stream), OpenAI.LengthFinishReasonError);
  });

  test(`a filtered answer is a ContentFilterFinishReasonError (${how})`, async () => {
    const body = said('[[fault:safety]]', { response_format: zodResponseFormat(Person, 'person') });
    await assert.rejects(parse(body, stream), OpenAI.ContentFilterFinishReasonError);
  });

  test(`a schema beside tools: in words for models that cannot do both (${how})`, async () => {
    const tools = [zodFunction({ name: 'get_time', parameters: z.object({ zone: z.string() }) })];
    const response_format = zodResponseFormat(Tree, 'tree');
    for (const model of [kGemini2, kGemini3]) {
      google.script([{ events: [ending([{ text: JSON.stringify(kTree) }])] }]);
      const completion = await parse(said('Hello!', { model, tools, response_format }), stream);
      assert.deepEqual(completion.choices[0].message.parsed, kTree);
      const {
        generationConfig: config,
        systemInstruction: system,
        tools: sent,
      } = lastRequest(proxy);
      assert.equal(sent[0].functionDeclarations[0].name, 'get_time');
      const { schema } = response_format.json_schema;
      if (model === kGemini3) {
        assert.deepEqual(config.responseJsonSchema, schema);
      } else {
        assert.equal(config.responseMimeType, undefined);
        assert.match(
          system.parts.at(-1).text,
          /Answer with a single JSON value and nothing else\./,
        );
        assert.ok(
          system.parts.at(-1).text.endsWith(JSON.stringify(schema)),
          'the schema is in the words',
        );
      }
      const { choices } = await completions.create(
        said('Hello!', { model, tools, response_format }),
      );
      assert.equal(choices[0].finish_reason, 'stop');
    }
  });
}

test('a format that is none is refused with its place', async () => {
  const cases = [
    [{ type: 'yaml' }, 'response_format.type'],
    [{ type: 'json_schema', json_schema: 'tree' }, 'response_format.json_schema'],
    ['json', 'response_format'],
  ];
  for (const [response_format, param] of cases) {
    await assert.rejects(completions.create(said('x', { response_format })), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, error.message);
      assert.equal(error.param, param);
      return true;
    });
  }
  assert.equal(proxy.modelCalls().length, 0);
});
