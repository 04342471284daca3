// Callers of a soak: each has one stream open all the time and holds every word against what the
// stand-in says.
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const kPaces_ms = [20, 50, 100, 200]; // between the events of the streams that are read at once
const kShort_s = 30; // half of the streams end and begin anew so often
const kSlow_bytes = 8 * 1024; // that a slow reader takes at once
const kSlow_ms = 250; // before it takes more
const kChunk_bytes = 260; // of one event as the caller gets it, roughly

const textOf = (mark, i) => `${mark} ${i} ä🦀\n`;

// Takes a stream apart as it comes, so that nothing of it is kept.
function makeParser(mark) {
  let rest = '';
  let count = 0;
  let end = null;
  function take(event) {
    if (event.startsWith(': ')) return;
    if (event === 'data: [DONE]') {
      end = end === 'stop' ? 'done' : `[DONE] after ${end}`;
      return;
    }
    const { choices, error } = JSON.parse(event.slice('data: '.length));
    if (error) throw new Error(`an error after ${count} events: ${error.code} ${error.message}`);
    const [{ delta, finish_reason: finish }] = choices;
    if (finish) end = finish;
    // Events that came together may be one to the caller.
    for (let text = delta.content ?? ''; text !== ''; count += 1) {
      const wanted = textOf(mark, count);
      if (!text.startsWith(wanted)) throw new Error(`${text.slice(0, 100)} in place of ${wanted}`);
      text = text.slice(wanted.length);
    }
  }
  return {
    push(piece) {
      const events = (rest + piece).split('\n\n');
      rest = events.pop();
      events.forEach(take);
    },
    count: () => count,
    end: () => (rest === '' ? end : `the middle of an event: ${rest.slice(0, 100)}`),
  };
}

//   seconds  how long all of them read
//   isSlow   (number of a caller) => whether it reads slowly
//   returns  {run(i), problems, counts: {streams, events}}
export function makeReaders(url, key, seconds, isSlow) {
  const problems = [];
  const counts = { streams: 0, events: 0 };
  const over = performance.now() + seconds * 1000;

  function begin(model, mark) {
    const body = { model, stream: true, messages: [{ role: 'user', content: mark }] };
    const { hostname: host, port } = url;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const path = '/v1/chat/completions';
    const request = http.request({ host, port, path, method: 'POST', headers, agent: false });
    request.end(JSON.stringify(body));
    return new Promise((resolve, reject) => request.on('response', resolve).on('error', reject));
  }

  async function readOne(mark, { events, pace_ms, isRead }) {
    const response = await begin(`gemini-load-${events}-${pace_ms}`, mark);
    const parser = makeParser(mark);
    response.setEncoding('utf8');
    let taken = 0;
    for await (const piece of response) {
      parser.push(piece);
      taken += piece.length;
      if (isRead === 'slowly' && taken >= kSlow_bytes) {
        taken = 0;
        await pause(kSlow_ms);
      }
    }
    counts.streams += 1;
    counts.events += parser.count();
    if (response.statusCode !== 200) throw new Error(`the status ${response.statusCode}`);
    if (parser.end() !== 'done') throw new Error(`its end is ${parser.end()}`);
    if (parser.count() !== events) throw new Error(`${parser.count()} events of ${events}`);
  }

  // Slow ones read what comes fast; of the others half has one stream for all the time.
  function streamOf(i, left_s) {
    if (isSlow(i)) {
      const perSecond = (kSlow_bytes / kChunk_bytes / kSlow_ms) * 1000;
      return { events: Math.ceil(left_s * perSecond * 0.8), pace_ms: 0, isRead: 'slowly' };
    }
    const pace_ms = kPaces_ms[i % kPaces_ms.length];
    const lasts_s = i % 2 === 0 ? left_s : Math.min(left_s, kShort_s * (0.5 + (i % 10) / 10));
    return { events: Math.max(1, Math.floor((lasts_s * 1000) / pace_ms)), pace_ms };
  }

  async function run(i) {
    for (let round = 0; ; round += 1) {
      const left_s = (over - performance.now()) / 1000;
      if (left_s < 1) return;
      const mark = `soak-${i}-${round}`;
      try {
        await readOne(mark, streamOf(i, left_s));
      } catch (error) {
        problems.push(`${mark}: ${error.message}`);
        return;
      }
    }
  }
  return { run, problems, counts };
}
