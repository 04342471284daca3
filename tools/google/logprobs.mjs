// Log probabilities of an answer: invented, but in the shape of real ones. A token is a word with
// the space before it; the tokens of all events together are the text.
// Source: ai.google.dev "GenerateContent API reference", LogprobsResult.
import { hash } from './signatures.mjs';

const wordsOf = (text) => text.match(/\s*\S+|\s+$/g) ?? [];
const idOf = (token) => hash(token).readUInt32BE(0) % 256000;

// The very first token is certain: a log probability of 0 is left out, as in Google's JSON.
const candidate = (token, logProbability) =>
  ({ token, tokenId: idOf(token), ...(logProbability !== 0 && { logProbability }) });

// Adds `logprobsResult` to each event with text, and `avgLogprobs` to the last one. `logprobs` of
// the request is how many candidates stand beside each token; without it there are none.
export function addLogprobs(events, { responseLogprobs, logprobs = 0 }) {
  if (!responseLogprobs) return;
  let count = 0;
  let sum = 0;
  for (const event of events) {
    const text = (event.parts ?? []).map((part) => part.text ?? '').join('');
    if (text === '') continue;
    const result = { chosenCandidates: [] };
    if (logprobs > 0) result.topCandidates = [];
    for (const token of wordsOf(text)) {
      const probability = count === 0 ? 0 : -(count % 7 + 1) / 8;
      count += 1;
      sum += probability;
      result.chosenCandidates.push(candidate(token, probability));
      if (logprobs > 0) {
        result.topCandidates.push({ candidates: rivals(token, probability, logprobs) });
      }
    }
    event.candidate = { ...event.candidate, logprobsResult: result };
  }
  const last = events.at(-1);
  if (count > 0) last.candidate = { ...last.candidate, avgLogprobs: sum / count };
}

const rivals = (token, probability, count) => Array.from({ length: count }, (_, index) =>
  (index === 0
    ? candidate(token, probability) : candidate(`${token}~${index}`, probability - index)));

// One result of those of several events.
export function joinLogprobs(results) {
  const join = (name) => results.flatMap((result) => result[name] ?? []);
  const [chosenCandidates, topCandidates] = [join('chosenCandidates'), join('topCandidates')];
  return topCandidates.length > 0 ? { chosenCandidates, topCandidates } : { chosenCandidates };
}
