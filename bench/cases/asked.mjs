// What a Worker that is warm asks for, for one request: calls of the model, of the token endpoint
// and of KV.
import { smallStream } from '../lib/requests.mjs';
import { repeat, withConnections } from '../lib/rounds.mjs';

//   returns  {name: {requests, tokens, kvReads, kvWrites}}, numbers for one request
export async function run({ upstream, targets, count }) {
  const results = {};
  for (const target of targets) {
    await upstream.plan({ events: 1 });
    await withConnections(target, 1, (open) => repeat(target, open, smallStream(), count));
    const counts = await upstream.counts();
    results[target.name] = Object.fromEntries(
      Object.entries(counts).map(([key, all]) => [key, all / count]),
    );
  }
  return results;
}
