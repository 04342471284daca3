// How much of their prompts Google finds in its prompt cache again when the turns of a conversation
// stay with one account, and when they go round the accounts. Google keeps the beginnings of prompts
// per project; the stand-in does so, too (tools/google/README.md, prefixCache).
//
//   npm run bench:affinity
//   node bench/affinity.mjs --turns 1000 --conversations 50 --accounts 5
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { startLocalWorker } from '../scripts/lib/local_worker.mjs';
import { startGoogle } from '../tools/google/server.mjs';

const kModel = 'gemini-2.5-flash';
const kKey = 'bench-key';
const kSystemWords = 1_200; // what agents bring along; Google caches nothing below 1,024 tokens

// The same sequence for every run.
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

function newConversation(index) {
  const system = `Conversation ${index}. ${'You are a careful assistant. '.repeat(kSystemWords / 5)}`;
  return { turn: 0, messages: [{ role: 'system', content: system }] };
}

async function say(url, conversation) {
  conversation.turn += 1;
  conversation.messages.push({ role: 'user', content: `Question ${conversation.turn}?` });
  const answer = await fetch(new URL('/v1/chat/completions', url), {
    method: 'POST',
    headers: { authorization: `Bearer ${kKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: kModel, stream: false, messages: conversation.messages }),
  });
  const { choices, usage, error } = await answer.json();
  if (error) throw new Error(`turn ${conversation.turn}: ${error.message}`);
  conversation.messages.push({ role: 'assistant', content: choices[0].message.content });
  return usage;
}

// Sends `turns` turns of conversations that take turns at random, through the Worker on workerd.
//   returns  {prompt, cached}: tokens of all turns together
export async function measure({ affinity, turns, conversations, accounts }) {
  const google = await startGoogle({ eventDelayMs: 0, prefixCache: true, keep: 1 });
  const entries = Array.from({ length: accounts }, (_, i) => ({ refresh_token: `refresh-${i}` }));
  const settings = {
    API_KEY: kKey,
    OAUTH_CLIENT_ID: 'bench-client',
    OAUTH_CLIENT_SECRET: 'bench-client-secret',
    ACCOUNTS: JSON.stringify(entries),
    ACCOUNT_AFFINITY: String(affinity),
    GEMINI_BASE_URL: google.url,
    OAUTH_BASE_URL: google.url,
  };
  const worker = await startLocalWorker(settings);
  try {
    const random = randomFrom(20_261_125);
    const all = Array.from({ length: conversations }, (_, i) => newConversation(i));
    const sum = { prompt: 0, cached: 0 };
    for (let turn = 0; turn < turns; turn += 1) {
      const usage = await say(worker.url, all[Math.floor(random() * conversations)]);
      sum.prompt += usage.prompt_tokens;
      sum.cached += usage.prompt_tokens_details?.cached_tokens ?? 0;
    }
    return sum;
  } finally {
    await worker.close();
    await google.close();
  }
}

export const share = ({ prompt, cached }) => cached / prompt;

async function main() {
  const { values } = parseArgs({
    options: {
      turns: { type: 'string', default: '1000' },
      conversations: { type: 'string', default: '50' },
      accounts: { type: 'string', default: '5' },
    },
  });
  const numbers = Object.fromEntries(Object.entries(values).map(([name, it]) => [name, Number(it)]));
  console.log(`${values.turns} turns of ${values.conversations} conversations on `
    + `${values.accounts} accounts; share of prompt tokens that were cached:`);
  for (const affinity of [true, false]) {
    const sum = await measure({ ...numbers, affinity });
    const name = affinity ? 'affine (the default)' : 'round robin (ACCOUNT_AFFINITY=false)';
    console.log(`  ${name.padEnd(38)} ${(100 * share(sum)).toFixed(1)} %  `
      + `(${sum.cached} of ${sum.prompt})`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
