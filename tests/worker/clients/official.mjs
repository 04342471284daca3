// The product with OpenAI's official client pointed at it, as most tests of this folder begin.
import { after, beforeEach } from 'node:test';
import OpenAI from 'openai';
import { kKey, startWorkerd } from '../support.mjs';
import { kGemini3 } from './google.mjs';

// Starts it for the test file that calls; the stand-in forgets everything before each test.
//   returns  {proxy, google, client}
export async function startOfficial() {
  const proxy = await startWorkerd({ after });
  beforeEach(() => proxy.google.reset());
  const client = new OpenAI({ baseURL: `${proxy.url}/v1`, apiKey: kKey, maxRetries: 0 });
  return { proxy, google: proxy.google, client };
}

// A request with one message of the user.
export const said = (content, more) => ({
  model: kGemini3,
  messages: [{ role: 'user', content }],
  ...more,
});
