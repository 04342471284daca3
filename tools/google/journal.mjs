// What the stand-in received, for tests to look at: one record per call, also of calls that were
// refused or broken off.
//   {method, url, target, upstream, model, project, location, headers, body, at, status, sent,
//    finished, closedEarly, promptTokens?, cachedTokens?}
// `upstream`: 'gemini_api', 'vertex', 'code_assist' or null. `project`: of the path, of the body,
// or the quota project of the header. The token counts are those of an answer.
// `sent`: bytes of the answer's body so far. `finished`: it was sent to its end. `closedEarly`: the
// client closed before that.
export class Journal {
  constructor({ keep, keepBytes }) {
    this.keep = keep;
    this.keepBytes = keepBytes;
    this.requests = [];
    this.waiting = new Set();
  }

  // Starts the record of a call and follows it to its end.
  //   returns  {record, signal}; the signal aborts when the connection is gone
  open(request, response, now) {
    const gone = new AbortController();
    const record = { method: request.method, url: request.url, target: null,
      headers: request.headers, body: '', at: now, status: null, sent: 0,
      finished: false, closedEarly: false };
    this.requests.push(record);
    this.trim();
    response.on('close', () => {
      record.finished = response.writableFinished;
      record.closedEarly = !record.finished && !record.brokenByScript;
      gone.abort();
      this.changed();
    });
    this.changed();
    return { record, signal: gone.signal };
  }

  // Forgets the oldest records: more than `keep`, or bodies of more than `keepBytes` together.
  trim() {
    let bytes = 0;
    const tooMuch = this.requests.findLastIndex(({ body }) => {
      bytes += body.length;
      return bytes > this.keepBytes;
    });
    this.requests.splice(0, Math.max(tooMuch + 1, this.requests.length - this.keep));
  }

  changed() {
    for (const check of [...this.waiting]) check();
  }

  // Resolves with the first record for which `wanted` is true, now or later.
  until(wanted) {
    return new Promise((resolve) => {
      const check = () => {
        const found = this.requests.find(wanted);
        if (!found) return;
        this.waiting.delete(check);
        resolve(found);
      };
      this.waiting.add(check);
      check();
    });
  }

  clear() {
    this.requests.length = 0;
  }
}
