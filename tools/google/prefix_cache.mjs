// The implicit cache of prompts: a prompt that begins as an earlier one of the same project and
// model did is cheaper by the tokens of that beginning. Counted in whole turns; system instruction
// and tools come before the first. Source: ai.google.dev "Context caching".
import { hash } from './signatures.mjs';
import { ownerOf } from './quotas.mjs';
import { countPrompt, sumOf } from './usage.mjs';

export class PrefixCache {
  constructor() {
    this.clear();
  }

  clear() {
    this.known = new Map(); // owner and model -> hashes of beginnings
  }

  // Remembers a prompt.
  //   returns  tokens of its longest beginning that was known before; 0 for less than
  //            `prefixCacheMinTokens`
  seen(request, call, { prefixCacheMinTokens: least }) {
    const { systemInstruction, tools, contents } = request;
    const beginnings = [hash(JSON.stringify([systemInstruction, tools])).toString('base64')];
    for (const content of contents) {
      beginnings.push(hash(beginnings.at(-1) + JSON.stringify(content)).toString('base64'));
    }
    const key = `${ownerOf(call)} ${call.model}`;
    const known = this.known.get(key) ?? new Set();
    this.known.set(key, known);
    const turns = beginnings.findLastIndex((beginning) => known.has(beginning));
    for (const beginning of beginnings) known.add(beginning);
    if (turns < 0) return 0;
    const shared = { systemInstruction, tools, contents: contents.slice(0, turns) };
    const tokens = sumOf(countPrompt(shared));
    return tokens < least ? 0 : tokens;
  }
}
