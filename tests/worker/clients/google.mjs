// Google's side of a test with a client: answers that are scripted for one call, and what was asked.
import assert from 'node:assert/strict';
import { signPart } from '../../../tools/google/signatures.mjs';

// Demands signatures back; the other does not.
export const kGemini3 = 'gemini-3.5-flash';
export const kGemini2 = 'gemini-2.5-flash';

// One event of an answer. `more`: further members of the candidate.
export const event = (parts, more, usage) => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
  usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12, ...usage },
  modelVersion: kGemini3,
  responseId: 'scripted-answer',
});
export const ending = (parts, more, usage) =>
  event(parts, { finishReason: 'STOP', ...more }, usage);

// An answer that calls one function, signed as the stand-in signs.
export const called = (name, args, id = 'later') => ({
  events: [
    ending([{ functionCall: { name, args, id }, thoughtSignature: signPart('gemini', name, id) }]),
  ],
});

// What the stand-in says after functions were called. `outputs`: [name, text] of each
export const returned = (...outputs) =>
  outputs.map(([name, output]) => `${name} returned ${JSON.stringify({ output })}`).join('; ');

// The requests to models, parsed, in order.
export const requestsOf = (proxy) => proxy.modelCalls().map(({ body }) => JSON.parse(body));
export const lastRequest = (proxy) => requestsOf(proxy).at(-1);

// Every call in the history of a request: [{name, id, signature}] for each turn of the model.
export const callsOf = ({ contents }) =>
  contents
    .filter(({ role }) => role === 'model')
    .map(({ parts }) =>
      parts
        .filter((part) => part.functionCall)
        .map(({ functionCall: { name, id }, thoughtSignature: signature }) => ({
          name,
          id,
          signature,
        })),
    );

// The history of two steps as it must come to Google, whatever the client: two calls together, one
// later, each step with the signature that it was given, and every result with its call.
//   names   of the two steps: [['a', 'b'], ['c']]
//   later   id of the later call
export function assertTwoSteps(request, names, later = 'later') {
  const steps = callsOf(request);
  assert.deepEqual(
    steps.map((step) => step.map(({ name }) => name)),
    names,
  );
  const [[first, second], [third]] = steps;
  assert.ok(first.signature && !first.signature.startsWith('skip'), first.signature);
  assert.equal(second.signature, undefined);
  assert.equal(third.signature, signPart('gemini', names[1][0], later));
  const results = request.contents
    .map(({ parts }) => parts.filter((part) => part.functionResponse))
    .filter(({ length }) => length > 0)
    .map((parts) => parts.map(({ functionResponse: { name, id } }) => ({ name, id })));
  assert.deepEqual(
    results,
    steps.map((step) => step.map(({ name, id }) => ({ name, id }))),
  );
}

// Asks the stand-in itself, as the proxy did, with another body.
//   returns  [status, Google's message if it refused]
export async function askGoogle(proxy, { url, headers }, request) {
  const answer = await fetch(new URL(url, proxy.google.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: headers.authorization },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  return [answer.status, answer.ok ? undefined : JSON.parse(text).error.message];
}

// The chunks of a stream.
export async function gather(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
