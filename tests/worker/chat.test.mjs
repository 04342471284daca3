// Chat as `curl` sees it: streams and whole answers, byte by byte, and what Google was asked.
// startWorkerd, because what workerd itself does with Google's answer is part of this.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { assertCommonHeaders, assertError, echo, readStream } from './answers.mjs';
import { kKey, kModel, startWorkerd } from './support.mjs';

const proxy = await startWorkerd({ after });
const { chat, google } = proxy;
const kCurl = { 'user-agent': 'curl/8.5.0', accept: '*/*' };

function readWhole({ status, headers, text, json }) {
  assert.equal(status, 200, text);
  assert.equal(headers['content-type'], 'application/json');
  assertCommonHeaders(headers);
  assert.match(json.id, /^chatcmpl-/);
  assert.ok(Number.isInteger(json.created));
  assert.deepEqual(
    [json.object, json.choices.length, json.choices[0].index],
    ['chat.completion', 1, 0],
  );
  return { ...json, message: json.choices[0].message, finish: json.choices[0].finish_reason };
}

// Of long texts that differ not all should be printed.
function assertSame(text, expected) {
  assert.equal(text.length, expected.length);
  assert.ok(text === expected, 'another text of the same length');
}

// The request body that Google got last.
const asked = () => JSON.parse(proxy.modelCalls().at(-1).body);

test('without `stream` curl gets a stream that ends in [DONE]', async () => {
  const { status, headers, text } = await chat('Hello!', {}, kCurl);
  assert.equal(status, 200, text);
  assert.equal(headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(headers['cache-control'], 'no-cache, no-transform');
  assertCommonHeaders(headers);
  const { content, reasoning, finish, usage } = readStream(text);
  assert.deepEqual([content, finish, usage], [echo('Hello!'), 'stop', undefined]);
  assert.match(reasoning, /stand-in does not think/);
});

test('"stream": false gives one JSON object', async () => {
  const { message, finish, model, usage } = readWhole(
    await chat('Hello!', { stream: false }, kCurl),
  );
  assert.deepEqual(
    [message.role, message.content, message.refusal],
    ['assistant', echo('Hello!'), null],
  );
  assert.deepEqual([finish, model], ['stop', kModel]);
  assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
});

test('what an absent `stream` means depends on the client', async () => {
  const cases = [
    [{}, true],
    [{ accept: 'application/json' }, false],
    [{ accept: 'application/json, text/plain, */*' }, false],
    [{ accept: 'text/event-stream' }, true],
    [{ accept: 'application/json, text/event-stream' }, true],
    [{ accept: '*/*', 'user-agent': 'ai/5.0.0' }, false],
    [{ accept: '*/*', 'user-agent': 'ai-sdk/openai-compatible/1.0.0' }, false],
  ];
  for (const [headers, isStream] of cases) {
    for (const stream of [undefined, null]) {
      const answer = await chat('Hello!', { stream }, headers);
      assert.equal(
        answer.headers['content-type'].startsWith('text/event-stream'),
        isStream,
        JSON.stringify(headers),
      );
    }
  }
  for (const [stream, accept] of [
    [true, 'application/json'],
    [false, 'text/event-stream'],
  ]) {
    const answer = await chat('Hello!', { stream }, { accept });
    assert.equal(answer.headers['content-type'].startsWith('text/event-stream'), stream);
  }
});

test('include_usage adds one chunk, with the figures of the whole answer', async () => {
  const { text } = await chat('Hello!', { stream: true, stream_options: { include_usage: true } });
  const { usage } = readStream(text);
  assert.deepEqual(usage, readWhole(await chat('Hello!', { stream: false })).usage);
  assert.ok(usage.prompt_tokens > 0 && usage.completion_tokens > 0);
});

test('text of every kind arrives as it was sent, however Google frames and cuts it', async () => {
  const prompts = [
    'ä ö ü ß € 漢字 한국어 עברית 🦀 👩‍👩‍👧‍👦 e\u0301',
    'a "b" \\ /c/ \u0001 \u001f \u007f \u2028 \u2029 d',
    'line\nline\r\nline\tend',
    '\n\ndata: {"choices":[]}\n\ndata: [DONE]\n\n',
    "</script> <b> & ' %00 ${x} {{y}}",
  ];
  const faults = [{}, { lineEnd: '\n' }, { gzip: true }, { slowMs: 0 }];
  for (const fault of faults) {
    for (const prompt of fault.slowMs === 0 ? prompts.slice(0, 1) : prompts) {
      google.script([{ ...fault, times: 2 }]);
      assert.equal(readStream((await chat(prompt, { stream: true })).text).content, echo(prompt));
      assert.equal(readWhole(await chat(prompt, { stream: false })).message.content, echo(prompt));
      assert.equal(asked().contents[0].parts[0].text, prompt);
    }
  }
  google.script([]);
});

test('J-13: half a character pair becomes U+FFFD', async () => {
  const { status, text } = await proxy.call('/v1/chat/completions', {
    method: 'POST',
    body: `{"model":"${kModel}","messages":[{"role":"user","content":"a\\ud83d!"}]}`,
  });
  assert.equal(status, 200, text);
  assert.equal(readStream(text).content, echo('a\ufffd!'));
});

test('a message of 2 MB there and back', async () => {
  const pieces = Array.from({ length: 50 }, (_, i) => `${i} “quoted” \n`.repeat(2800));
  const prompt = pieces.join('');
  assert.ok(Buffer.byteLength(prompt) > 2_000_000);
  const events = pieces.map((text, i) => ({
    candidates: [
      {
        content: { role: 'model', parts: [{ text }] },
        ...(i === pieces.length - 1 && { finishReason: 'STOP' }),
      },
    ],
  }));
  google.script([{ events }]);
  const { text } = await chat(prompt, { stream: true });
  assertSame(asked().contents[0].parts[0].text, prompt);
  assertSame(readStream(text).content, prompt);
});

test('an event of 5 MB', async () => {
  const { message } = readWhole(await chat('[[fault:big-event]]', { stream: false }));
  assertSame(message.content, 'x'.repeat(5_000_000));
});

test('what Google is asked', async () => {
  await chat(
    [
      { role: 'system', content: 'Be brief.' },
      { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Three' },
          { type: 'text', text: 'Four' },
        ],
      },
    ],
    { temperature: 0.5, top_p: 0.25, max_tokens: 7, stop: ['END'], seed: 11, stream: false },
  );
  const { systemInstruction, contents, generationConfig, ...rest } = asked();
  assert.deepEqual(systemInstruction.parts, [{ text: 'Be brief.' }, { text: 'Be kind.' }]);
  assert.deepEqual(contents, [
    { role: 'user', parts: [{ text: 'One' }] },
    { role: 'model', parts: [{ text: 'Two' }] },
    { role: 'user', parts: [{ text: 'Three' }, { text: 'Four' }] },
  ]);
  const { temperature, topP, maxOutputTokens, stopSequences, seed } = generationConfig;
  assert.deepEqual(
    { temperature, topP, maxOutputTokens, stopSequences, seed },
    { temperature: 0.5, topP: 0.25, maxOutputTokens: 7, stopSequences: ['END'], seed: 11 },
  );
  assert.deepEqual(
    Object.keys(rest).filter((name) => name !== 'safetySettings'),
    [],
  );
});

test('H-20: of the header fields of the caller none reaches Google', async () => {
  google.reset();
  const headers = {
    cookie: 'marked',
    'x-forwarded-for': 'marked',
    'x-goog-api-key': 'marked',
    'x-goog-user-project': 'marked',
    'openai-organization': 'marked',
    'x-stainless-lang': 'marked',
    'cf-ipcountry': 'marked',
    'user-agent': 'marked',
    'accept-language': 'marked',
    origin: 'https://marked.example',
  };
  await proxy.restart();
  await proxy.kv.delete('token_0');
  assert.equal((await chat('Hello!', {}, headers)).status, 200);
  assert.equal(proxy.tokenCalls().length, 1);
  for (const record of google.requests) {
    assert.equal(JSON.stringify(record).includes('marked'), false);
    assert.equal(JSON.stringify(record).includes(kKey), false);
  }
  const own = new Set([
    'accept-encoding',
    'authorization',
    'connection',
    'content-length',
    'content-type',
    'host',
    'transfer-encoding',
    'user-agent',
  ]);
  const names = Object.keys(proxy.modelCalls()[0].headers);
  assert.deepEqual(
    names.filter((name) => !own.has(name) && !name.startsWith('cf-')),
    [],
  );
});

test('max_tokens and stop show in the answer', async () => {
  const cut = readWhole(
    await chat('one two three four five six', { max_tokens: 25, stream: false }),
  );
  assert.equal(cut.finish, 'length');
  assert.ok(echo('one').startsWith(cut.message.content.trimEnd()));
  const stopped = readStream((await chat('before STOP after', { stop: 'STOP' })).text);
  assert.deepEqual([stopped.content, stopped.finish], [echo('before '), 'stop']);
});

test('gemini-pro and MODEL_ALIASES: the caller sees the name that it used', async () => {
  await proxy.restart({ MODEL_ALIASES: '{"gpt-4o":"gemini-2.5-pro"}' });
  for (const [model, target] of [
    ['gemini-pro', /models\/gemini-3.1-pro/],
    ['gpt-4o', /models\/gemini-2.5-pro:/],
    [`models/${kModel}`, /v1beta\/models\/gemini-2.5-flash:/],
  ]) {
    assert.equal(readWhole(await chat('Hello!', { model, stream: false })).model, model);
    readStream((await chat('Hello!', { model, stream: true })).text, { model });
    assert.match(proxy.modelCalls().at(-1).url, target);
  }
});

test('STREAM_DEFAULT, INCLUDE_THOUGHTS and DEFAULT_MODEL', async () => {
  await proxy.restart({
    STREAM_DEFAULT: 'false',
    INCLUDE_THOUGHTS: 'false',
    DEFAULT_MODEL: 'gemini-2.5-pro',
  });
  const { model, message } = readWhole(await chat('Hello!', { model: undefined }, kCurl));
  assert.deepEqual(
    [model, message.content, message.reasoning_content],
    ['gemini-2.5-pro', echo('Hello!'), undefined],
  );
  assert.equal(asked().generationConfig?.thinkingConfig, undefined);
  assert.equal(readStream((await chat('Hello!', { stream: true })).text).reasoning, '');
  await proxy.restart();
});

test('without base URLs Google itself is asked', async (t) => {
  const urls = [];
  const outbound = async (request) => {
    const { pathname, search } = new URL(request.url);
    urls.push(request.url);
    const { method, headers } = request;
    const answer = await fetch(google.url + pathname + search, {
      method,
      headers,
      body: await request.text(),
    });
    return new Response(await answer.text(), {
      status: answer.status,
      headers: { 'content-type': 'text/event-stream' },
    });
  };
  const bare = await startWorkerd(t, {
    google,
    outbound,
    settings: { GEMINI_BASE_URL: '', OAUTH_BASE_URL: '' },
  });
  const { status, text } = await bare.chat('Hello!', { stream: true });
  assert.equal(status, 200, text);
  const models = 'https://generativelanguage.googleapis.com/v1beta/models';
  assert.deepEqual(urls, [
    'https://oauth2.googleapis.com/token',
    `${models}/${kModel}:streamGenerateContent?alt=sse`,
  ]);
});

test('what this model cannot do is refused by name, what has no effect is in a header', async () => {
  const refused = [
    ['unsupported_value', 'modalities', { modalities: ['audio'] }],
    ['invalid_value', 'n', { n: 6 }],
    ['invalid_value', 'tool_choice', { tool_choice: 'required' }],
    ['invalid_value', 'top_logprobs', { top_logprobs: 2 }],
    ['invalid_value', 'tools[0].type', { tools: [{ type: 'file_search' }] }],
    ['invalid_value', 'response_format.type', { response_format: { type: 'xml' } }],
    [
      'unsupported_parameter',
      'web_search_options',
      { web_search_options: {}, tools: [{ type: 'function', function: { name: 'f' } }] },
    ],
  ];
  google.reset();
  for (const [code, param, more] of refused) {
    assertError(await chat('Hello!', more), 400, code, param);
  }
  assert.equal(google.requests.length, 0);
  const answer = await chat('Hello!', { user: 'u', store: true, nonsense: 1, stream: false });
  readWhole(answer);
  const warnings = answer.headers['x-proxy-warnings'];
  for (const name of ['user', 'store', 'nonsense'])
    assert.match(warnings, new RegExp(`\\b${name}: `));
});
