// Starts upstream_process.mjs.
//   returns  {port, url, plan(it), counts(), close()}
//            plan({events, interval_ms, whole}): how it answers from here on
//            counts(): what it was asked since then, {requests, tokens, kvReads, kvWrites}
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export async function startUpstream() {
  const child = fork(fileURLToPath(new URL('upstream_process.mjs', import.meta.url)));
  let isWanted = true;
  child.once('exit', () => {
    if (isWanted) throw new Error('the upstream of the benchmark has ended');
  });
  const [{ port }] = await once(child, 'message');
  const ask = async (message) => {
    child.send(message);
    return (await once(child, 'message'))[0].counts;
  };
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    plan: ({ events = 1, interval_ms = 0, whole = false }) =>
      ask({ plan: { events, interval_ms, whole } }),
    counts: () => ask({}),
    close() {
      isWanted = false;
      child.disconnect();
    },
  };
}
