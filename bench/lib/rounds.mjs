// Runs every Worker in turn, in an order that rotates, so that what else happens on the machine
// hits them alike.
import { connect } from './client.mjs';
import { cpu_us } from './process.mjs';
import { smallStream, smallWhole } from './requests.mjs';
import { kTargets, startTarget, writeTarget } from './targets.mjs';

// Starts one process for each target and lets it compile what it will need.
//   returns  {targets, close()}
export async function startAll(upstream, warmth) {
  const written = kTargets.map((name) => writeTarget(name, upstream));
  const targets = [];
  const close = async () => {
    for (const target of targets) await target.close();
    for (const target of written) target.remove();
  };
  try {
    for (const target of written) targets.push(await startTarget(target));
    await warm(upstream, targets, warmth);
  } catch (error) {
    await close();
    throw error;
  }
  return { targets, close };
}

async function warm(upstream, targets, count) {
  for (const [plan, request] of [[{ events: 50 }, smallStream()], [{ whole: true }, smallWhole()]]) {
    await upstream.plan(plan);
    for (const target of targets) {
      await withConnections(target, 1, (open) => repeat(target, open, request, count));
    }
  }
}

// work(target) for each target, `rounds` times.
//   returns  {name: [what work returned, by round]}
export async function interleaved(targets, rounds, work) {
  const found = Object.fromEntries(targets.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let i = 0; i < targets.length; i += 1) {
      const target = targets[(round + i) % targets.length];
      found[target.name].push(await work(target));
    }
  }
  return found;
}

// Opens connections, hands them to `work` and closes them.
export async function withConnections(target, count, work) {
  const connections = [];
  try {
    for (let i = 0; i < count; i += 1) connections.push(await connect(target.port));
    return await work(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

// Sends `request` `count` times, always as many at once as there are connections.
//   returns  {cpu_us, wall_us, answers}: CPU of the target's process for one request
export async function repeat(target, connections, request, count) {
  const answers = [];
  let begun = 0;
  const run = async (connection) => {
    while (begun < count) {
      begun += 1;
      answers.push(await connection.send(request));
    }
  };
  const cpuBefore = cpu_us(target.pid);
  const before = performance.now();
  await Promise.all(connections.map(run));
  const wall_us = (performance.now() - before) * 1_000;
  return { cpu_us: (cpu_us(target.pid) - cpuBefore) / count, wall_us: wall_us / count, answers };
}
