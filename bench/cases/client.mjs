// The official client over paced streams of the product: how long after it was sent an event is in
// the caller's hands.
import OpenAI from 'openai';
import { kStampStart, now_us } from '../lib/answers.mjs';
import { kKey } from '../lib/client.mjs';
import { quantile } from '../lib/statistics.mjs';
import { kOurs } from '../lib/targets.mjs';

export const kIntervals = [1, 5, 10, 20, 100];

async function delaysOf(client) {
  const delays = [];
  const stream = await client.chat.completions.create({
    model: 'gemini-2.5-flash',
    stream: true,
    messages: [{ role: 'user', content: 'Say something, please.' }],
  });
  for await (const chunk of stream) {
    const time_us = now_us();
    const text = chunk.choices[0]?.delta.content ?? '';
    if (text.startsWith(kStampStart)) delays.push(time_us - Number(text.slice(3, text.indexOf(']'))));
  }
  return delays;
}

//   lasting_ms  of each stream
//   returns     {interval: {events, p50_us, p99_us, latest_us}}, numbers
export async function run({ upstream, targets, rounds, lasting_ms }) {
  const { port } = targets.find(({ name }) => name === kOurs);
  const client = new OpenAI({ apiKey: kKey, baseURL: `http://127.0.0.1:${port}/v1`, maxRetries: 0 });
  const results = {};
  for (const interval_ms of kIntervals) {
    const events = Math.max(2, Math.ceil(lasting_ms / interval_ms));
    await upstream.plan({ events, interval_ms });
    await delaysOf(client); // the client's own code is warm, too
    const delays = [];
    for (let round = 0; round < rounds; round += 1) delays.push(...await delaysOf(client));
    results[interval_ms] = {
      events: delays.length,
      p50_us: quantile(delays, 0.5),
      p99_us: quantile(delays, 0.99),
      latest_us: Math.max(...delays),
    };
  }
  return results;
}
