import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, eventsOf, generate, start, stream, textOf, user } from './helpers.mjs';

const prompt = { contents: [user('Hi <there>')] };
const sentence = 'This is the stand-in for Google, not a Gemini model. You said: Hi <there>';
const get = (google, path) => ask(google, path, { method: 'GET' });

test('a stream is framed as Google frames it', async (t) => {
  const google = await start(t);
  const { status, headers, text } = await stream(google, 'gemini-2.5-flash', prompt);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/event-stream');
  assert.match(text, /^(data: \{"candidates": \[.*\}\r\n\r\n)+$/);
  assert.doesNotMatch(text, /\[DONE\]/);
  assert.doesNotMatch(text.replaceAll('\r\n', ''), /[\r\n]/);
  assert.match(text, /\\u003cthere\\u003e/);
  const events = eventsOf(text);
  assert.ok(events.length > 5);
  assert.equal(textOf(events), sentence);
});

test('a stream without alt=sse is a JSON array, an error in it too', async (t) => {
  const google = await start(t);
  const path = '/v1beta/models/gemini-2.5-flash:streamGenerateContent';
  const answer = await ask(google, path, { body: prompt });
  assert.match(answer.headers['content-type'], /^application\/json/);
  assert.match(answer.text, /^\[\{\n {2}"candidates": /);
  assert.equal(textOf(JSON.parse(answer.text)), sentence);
  const refused = await ask(google, path, { body: { contents: [] } });
  assert.equal(refused.status, 400);
  assert.equal(JSON.parse(refused.text)[0].error.code, 400);
  const refusedSse = await ask(google, `${path}?alt=sse`, { body: { contents: [] } });
  assert.equal(JSON.parse(refusedSse.text).error.code, 400);
});

test('generateContent gives the same words at once', async (t) => {
  const google = await start(t);
  const { text } = await generate(google, 'gemini-2.5-flash', prompt);
  const answer = JSON.parse(text);
  assert.equal(answer.candidates[0].content.parts.length, 1);
  assert.equal(textOf([answer]), sentence);
  assert.equal(answer.candidates[0].finishReason, 'STOP');
});

test('the model list has pages', async (t) => {
  const google = await start(t);
  const all = JSON.parse((await get(google, '/v1beta/models')).text);
  assert.equal(all.models.length, 20);
  assert.equal(all.nextPageToken, undefined);
  const flash = all.models.find(({ name }) => name === 'models/gemini-3.5-flash');
  assert.equal(flash.thinking, true);
  assert.ok(flash.supportedGenerationMethods.includes('generateContent'));
  const first = JSON.parse((await get(google, '/v1beta/models?pageSize=10')).text);
  const rest = JSON.parse((await get(google,
    `/v1beta/models?pageSize=10&pageToken=${first.nextPageToken}`)).text);
  assert.deepEqual([...first.models, ...rest.models], all.models);
  assert.equal(rest.nextPageToken, undefined);
  for (const query of ['pageSize=x', 'pageSize=-1', 'pageToken=x', 'page=1']) {
    assert.equal((await get(google, `/v1beta/models?${query}`)).status, 400, query);
  }
});

test('one model', async (t) => {
  const google = await start(t);
  const one = JSON.parse((await get(google, '/v1beta/models/gemini-embedding-001')).text);
  assert.deepEqual(one.supportedGenerationMethods.filter((name) => name === 'embedContent'),
    ['embedContent']);
  const none = await get(google, '/v1beta/models/nothing');
  assert.equal(none.status, 404);
  assert.equal(JSON.parse(none.text).error.status, 'NOT_FOUND');
});

test('an unknown model, or one without the method, is 404', async (t) => {
  const google = await start(t);
  for (const model of ['gemini-9', 'gemini-embedding-001']) {
    const { status, text } = await stream(google, model, prompt);
    assert.equal(status, 404);
    assert.equal(JSON.parse(text).error.message,
      `models/${model} is not found for API version v1beta, `
      + 'or is not supported for generateContent. Call ModelService.ListModels to see the list of '
      + 'available models and their supported methods.');
  }
});

test('tokens are counted for contents or for a whole request', async (t) => {
  const google = await start(t);
  const path = '/v1beta/models/gemini-2.5-flash:countTokens';
  const count = async (body) => {
    const answer = await ask(google, path, { body });
    return [answer.status, JSON.parse(answer.text)];
  };
  const [, plain] = await count(prompt);
  assert.equal(plain.totalTokens, 3);
  const whole = { model: 'models/gemini-2.5-flash', ...prompt,
    systemInstruction: user('Be brief, please') };
  const [status, counted] = await count({ generateContentRequest: whole });
  assert.equal(status, 200);
  assert.ok(counted.totalTokens > plain.totalTokens);
  for (const wrong of [{ ...prompt, generateContentRequest: whole }, { ...prompt, tools: [] }, {},
    { generateContentRequest: { ...whole, model: 'models/other' } }]) {
    assert.equal((await count(wrong))[0], 400, JSON.stringify(wrong));
  }
});

test('GET / and the 404 page say that this is a stand-in', async (t) => {
  const google = await start(t);
  const home = await get(google, '/');
  assert.equal(home.status, 200);
  assert.match(home.text, /^This is the stand-in for Google, not a Gemini model\.\n/);
  for (const [method, path] of [['GET', '/v1/models'], ['POST', '/v1beta/models'], ['GET',
    '/token'],
    ['GET', '/v1beta/models/gemini-2.5-flash:generateContent'],
    ['POST', '/v1beta/models/gemini-2.5-flash:embedContent']]) {
    const answer = await ask(google, path, { method });
    assert.equal(answer.status, 404, path);
    assert.match(answer.headers['content-type'], /^text\/html/);
  }
});
