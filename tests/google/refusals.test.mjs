// Refusals by name that say why an account cannot serve, in the shape Google gives them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, start, stream, user } from './helpers.mjs';

const prompt = { contents: [user('Hi')] };

// [fault, status, code, message, reason, members of its metadata]
const refusals = [
  ['service-disabled', 403, 'PERMISSION_DENIED', new RegExp('^Generative Language API has not been '
    + 'used in project (\\d+) before or it is disabled\\. Enable it by visiting https://console\\.'
    + 'developers\\.google\\.com/apis/api/generativelanguage\\.googleapis\\.com/overview\\?project='
    + '\\1 then retry\\.'), 'SERVICE_DISABLED', ['consumer', 'activationUrl', 'serviceTitle']],
  ['billing-disabled', 403, 'PERMISSION_DENIED',
    /^This API method requires billing to be enabled\. .* project #\d+ /, 'BILLING_DISABLED',
    ['consumer', 'service']],
  ['consumer-suspended', 403, 'PERMISSION_DENIED',
    /^Permission denied: Consumer 'projects\/\d+' has been suspended\.$/, 'CONSUMER_SUSPENDED',
    ['consumer', 'service']],
  ['validation-required', 403, 'PERMISSION_DENIED', /^Verify your account/, 'VALIDATION_REQUIRED',
    ['validation_link']],
  ['capacity', 429, 'RESOURCE_EXHAUSTED', /^No capacity available for model gemini-2\.5-flash /,
    'MODEL_CAPACITY_EXHAUSTED', ['model']],
  ['location', 400, 'FAILED_PRECONDITION', /^User location is not supported for the API use\.$/],
  ['api-key', 400, 'INVALID_ARGUMENT', /^API key not valid\./, 'API_KEY_INVALID', ['service']],
];

for (const [name, status, code, message, reason, members = []] of refusals) {
  test(`refusal: ${name}`, async (t) => {
    const google = await start(t);
    google.script([name]);
    const answer = await stream(google, 'gemini-2.5-flash', prompt);
    const { error } = JSON.parse(answer.text);
    assert.deepEqual([answer.status, error.code, error.status], [status, status, code]);
    assert.match(error.message, message);
    assert.equal(error.details?.[0].reason, reason);
    for (const member of members) assert.ok(error.details[0].metadata[member], member);
  });
}

test('a page that is not there', async (t) => {
  const google = await start(t);
  google.script(['html-404']);
  const answer = await stream(google, 'gemini-2.5-flash', prompt);
  assert.equal(answer.status, 404);
  assert.match(answer.headers['content-type'], /^text\/html/);
  assert.match(answer.text, /Error 404 \(Not Found\)!!1/);
});

test('a missing model is refused in the words of the upstream', async (t) => {
  const google = await start(t);
  const messages = [];
  for (const [path, body] of [['/v1beta/models/gemini-2.5-flash:generateContent', prompt],
    ['/v1/projects/p/locations/us/publishers/google/models/gemini-2.5-flash:generateContent',
      prompt],
    ['/v1internal:generateContent', { model: 'gemini-2.5-flash', request: prompt }]]) {
    google.script(['404']);
    messages.push(JSON.parse((await ask(google, path, { body })).text).error.message);
  }
  assert.match(messages[0], /^models\/gemini-2\.5-flash is not found for API version v1beta/);
  assert.match(messages[1], /^Publisher Model `projects\/p\/locations\/us\/publishers\//);
  assert.equal(messages[2], 'Requested entity was not found.');
});
