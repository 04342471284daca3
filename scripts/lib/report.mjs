// What a check found, line by line: said at once, or as one JSON value at the end.

const kMarks = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

export class Report {
  #group = '';
  #said = '';

  //   isJson   print nothing until end()
  constructor({ isJson = false, print = console.log } = {}) {
    this.isJson = isJson;
    this.print = print;
    this.checks = [];
  }

  // The next lines are about this.
  group(name) {
    this.#group = name;
  }

  ok(what) {
    this.#add('ok', what);
  }
  //   what   the cause; mend: what to do about it
  warn(what, mend) {
    this.#add('warn', what, mend);
  }
  fail(what, mend) {
    this.#add('fail', what, mend);
  }
  add({ level, what, mend }) {
    this.#add(level, what, mend);
  }

  count(level) {
    return this.checks.filter((check) => check.level === level).length;
  }

  // The summary; returns the exit code.
  end(target) {
    const [ok, warn, fail] = ['ok', 'warn', 'fail'].map((level) => this.count(level));
    if (this.isJson) {
      const summary = { object: 'proxy.doctor', target, healthy: fail === 0, ok, warn, fail };
      this.print(JSON.stringify({ ...summary, checks: this.checks }, null, 2));
    } else {
      const verdict = fail > 0 ? 'Something has to be mended.' : 'The proxy is ready.';
      this.print(`\n${verdict} ${ok} ok, ${warn} warn, ${fail} FAIL.`);
    }
    return fail === 0 ? 0 : 1;
  }

  #add(level, what, mend) {
    this.checks.push({ group: this.#group, level, what, mend: mend ?? null });
    if (this.isJson) return;
    if (this.#group !== this.#said) this.print(`${this.#said && '\n'}${this.#group}`);
    this.#said = this.#group;
    this.print(`  ${kMarks[level]}  ${what}`);
    if (mend) this.print(`        ${mend}`);
  }
}
