// Scripted faults: which of the next calls is answered differently, and how.
//
// A script is a list of entries; the first entry that fits a call is used up by it. An entry is
//   null               a normal answer
//   'name'             a fault of presets.mjs
//   {fault: 'name', ...}  the same with changes
//   {...}              a fault of its own:
//     target     one of routes.mjs; without it any but 'token' and 'consent'
//     upstream   only calls of 'gemini_api', 'vertex' or 'code_assist'
//     account    only calls that use this refresh token, service account (e-mail) or API key
//     match      only calls whose body has this text
//     times      how many calls it answers (default 1); 'always' for all
//     status, headers, body     that answer; an object as body is sent as JSON
//     events     GenerateContentResponse objects, framed as the method asks
//     chunks     raw bytes, one write each: text, {base64}, and {pauseMs} between them
//     cut: 'headers' | cutAfter: n (bytes of the body), reset: true     connection lost
//     hang: 'headers' | hangAfter: n     silence        delayMs    before the headers
//     slowMs     one byte at a time       gzip: true      lineEnd: '\n'
//     closeDelimited: true    no Content-Length and no chunking, the end of the body is the close
//     raw: {bytes: [...], then: 'close' | 'reset' | 'hang'}    that, in place of an HTTP answer
// Instead of a list a function may be given: called with each call, it returns an entry or nothing.
import { Failure } from './errors.mjs';
import { isTokenFor } from './oauth.mjs';
import { presets } from './presets.mjs';

const marker = /\[\[fault:([\w-]+)(?::(\d+|repair))?\]\]/;

export class Script {
  constructor() {
    this.reset();
  }

  reset() {
    this.entries = [];
    this.choose = null;
    this.counts = new Map();
  }

  set(script) {
    this.reset();
    if (typeof script === 'function') this.choose = script;
    else this.entries = [script].flat().map(prepare);
  }

  // The fault for a call, or null.
  //   call  {target, model, method, url, headers, body, prompt()}
  async next(call) {
    const chosen = this.choose ? await this.choose(call) : this.take(call);
    if (chosen) return faultOf(chosen, call);
    const isApi = call.target !== 'token' && call.target !== 'consent';
    return this.choose || !isApi ? null : this.marked(call);
  }

  take(call) {
    const index = this.entries.findIndex((entry) => fits(entry, call));
    if (index < 0) return null;
    const entry = this.entries[index];
    if (entry.times !== 'always') entry.times -= 1;
    if (entry.times === 0) this.entries.splice(index, 1);
    return entry;
  }

  // `[[fault:503]]` in the last prompt: always; `[[fault:503:2]]`: only the first two calls with
  // exactly this prompt, so that a retry gets through; `[[fault:validated:repair]]`: until the
  // request has no longer what the fault complains about.
  marked(call) {
    if (!call.body.includes('[[fault:')) return null;
    const prompt = call.prompt();
    const found = marker.exec(prompt);
    if (!found) return null;
    const [, name, limit] = found;
    if (presets[name]?.[1].target === 'token') {
      throw new Failure(400, `The fault "${name}" is one of the token endpoint: script it.`);
    }
    if (limit === 'repair') return isMended(name, call) ? null : faultOf(name, call);
    if (limit !== undefined) {
      const count = (this.counts.get(prompt) ?? 0) + 1;
      if (count > Number(limit)) {
        this.counts.delete(prompt);
        return null;
      }
      this.counts.set(prompt, count);
    }
    return faultOf(name, call);
  }
}

function isMended(name, call) {
  if (!Object.hasOwn(presets, name)) return false;
  const until = presets[name][2];
  if (!until) throw new Failure(400, `The fault "${name}" cannot be repaired, only retried.`);
  return until(call.body);
}

const isName = (entry) => typeof entry === 'string' || typeof entry === 'number';

// An entry as an object that says which calls it is for; null is a normal answer.
function prepare(entry) {
  const given = isName(entry) ? { fault: entry } : entry ?? {};
  if (given.fault === undefined) return { times: 1, ...given };
  if (!Object.hasOwn(presets, given.fault)) {
    throw new Failure(400, `The stand-in for Google knows no fault "${given.fault}". It knows: `
      + `${Object.keys(presets).join(' ')}`);
  }
  return { times: 1, target: presets[given.fault][1].target, ...given };
}

// What to do to one call: the preset, made for its model, with the entry's own members over it.
function faultOf(entry, call) {
  const given = prepare(entry);
  if (given.fault === undefined) return given;
  const preset = presets[given.fault][1];
  return { ...(typeof preset === 'function' ? preset(call) : preset), ...given };
}

function fits(entry, call) {
  const isSignIn = call.target === 'token' || call.target === 'consent';
  if (entry.target ? entry.target !== call.target : isSignIn) return false;
  if (entry.upstream !== undefined && entry.upstream !== call.upstream) return false;
  if (entry.match !== undefined && !call.body.includes(entry.match)) return false;
  return entry.account === undefined || isTokenFor(call, entry.account);
}
