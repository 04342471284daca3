// What the commands of this folder share: options, questions, and how a command ends.
// Talk goes to stderr, results to stdout, so that a result can be piped.
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';

// Ends a command: `message` is for its user, with cause and mend.
//   code  exit code: 1 it failed, 2 it was called in a wrong way
export class Stop extends Error {
  constructor(message, code = 1) {
    super(message);
    this.code = code;
  }
}

export const say = (text = '') => console.error(text);

// Runs a command's main function, which returns an exit code.
export async function runCommand(main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    process.exitCode = error.code;
  }
}

// The options of a command line, or null after --help.
//   options  as node:util's parseArgs takes them
export function readOptions(words, options, help) {
  let values;
  try {
    const known = { ...options, help: { type: 'boolean', short: 'h' } };
    ({ values } = parseArgs({ args: words, options: known, allowPositionals: false }));
  } catch (error) {
    throw new Stop(`${error.message.split('\n')[0]}\nAll options: --help`, 2);
  }
  if (!values.help) return values;
  console.log(help.trim());
  return null;
}

// A path as its user wrote it: npm runs commands in the project's folder, wherever it was called.
export const pathOf = (words) =>
  resolve((process.env.npm_lifecycle_event && process.env.INIT_CWD) || '.', words);

export const isInteractive = () => Boolean(process.stdin.isTTY && process.stderr.isTTY);

// Asks on the terminal.
//   hidden   nothing that is typed is shown
//   returns  what was typed, trimmed; empty if nothing or the end of input
export async function ask(question, { hidden = false } = {}) {
  const output = hidden ? new Writable({ write: (_, __, done) => done() }) : process.stderr;
  if (hidden) process.stderr.write(question);
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const gone = new Promise((resolve) => lines.once('close', () => resolve('')));
  lines.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const answer = await Promise.race([lines.question(hidden ? '' : question), gone]);
  lines.close();
  if (hidden) say();
  return answer.trim();
}

export const isYes = (answer) => /^y(?:es)?$/i.test(answer);

// Checks an address that credentials will be sent to: https, or http on this very machine.
//   returns  it without a slash at the end
export function checkedUrl(text, name) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new Stop(`${name} is not an address such as https://example.com.`, 2);
  }
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLocal)) {
    throw new Stop(`${name} must begin with https:// (http:// only on this machine).`, 2);
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new Stop(`${name} must have no user, query or fragment.`, 2);
  }
  return url.href.replace(/\/+$/, '');
}

// Words from elsewhere, fit for a terminal.
export function printable(text, length = 300) {
  const plain = String(text ?? '').replace(/[\p{C}\s]+/gu, ' ').trim();
  return plain.length > length ? `${plain.slice(0, length)}...` : plain;
}

// Why a fetch got no answer, in words.
export function networkReason(error) {
  if (error.name === 'TimeoutError') return 'no answer in time';
  return printable(error.cause?.code ?? error.cause?.message ?? error.message, 100);
}
