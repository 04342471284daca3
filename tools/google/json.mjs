// JSON in both directions as Google does it: refusals in the words of its parser, and the compact
// form its streams use.
import { badRequest } from './errors.mjs';

const maxDepth = 100;
const invalid = (why) => badRequest([{ description: `Invalid JSON payload received. ${why}` }]);

// Parses a request body.
//   bytes  Buffer; an empty body is an empty message
//   throws a Failure with Google's text for anything that is not strict JSON in UTF-8, for lone
//          surrogates, for nesting over 100 levels, for numbers outside of double
export function parseJson(bytes) {
  if (bytes.length === 0) return {};
  let text;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid('Encountered non UTF-8 code points.');
  }
  let value;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid(describe(text, error.message));
  }
  inspect(value, '', 1);
  return value;
}

// What V8 found, in the other parser's words: a reason, the text around the place, a caret.
function describe(text, reason) {
  const found = /position (\d+)/.exec(reason);
  const ended = /end of JSON/.test(reason) || Number(found?.[1]) >= text.length;
  if (ended) return `Unexpected end of string. Expected a value.\n${around(text, text.length)}`;
  if (!found) return 'Unexpected token.';
  const at = Number(found[1]);
  if (/string/i.test(reason)) return `Closing quote expected in string.\n${around(text, at)}`;
  if (/property name/.test(reason)) return `Expected an object key or }.\n${around(text, at)}`;
  if (/after property value/.test(reason)) {
    return `Expected , or } after key:value pair.\n${around(text, at)}`;
  }
  if (/after array element/.test(reason)) {
    return `Expected , or ] after array value.\n${around(text, at)}`;
  }
  return `Unexpected token.\n${around(text, at)}`;
}

function around(text, at) {
  const from = Math.max(0, at - 20);
  return `${text.slice(from, at + 20).replaceAll('\n', ' ')}\n${' '.repeat(at - from)}^`;
}

function inspect(value, key, depth) {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw invalid('Invalid unicode code point.');
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid('Number exceeds the range of double.');
  } else if (typeof value === 'object' && value !== null) {
    if (depth > maxDepth) {
      throw invalid(`Message too deep. Max recursion depth reached for key '${key}'`);
    }
    for (const [name, member] of Object.entries(value)) {
      if (!name.isWellFormed()) throw invalid('Invalid unicode code point.');
      inspect(member, name, depth + 1);
    }
  }
}

// A JSON string token; < and > are escaped as in Google's answers.
export const quote = (text) =>
  JSON.stringify(text).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');

// One line, a space after each colon and none after commas, as in Google's streams.
export function compact(value) {
  if (Array.isArray(value)) return `[${value.map(compact).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    return `{${members.map(([name, member]) => `${quote(name)}: ${compact(member)}`).join(',')}}`;
  }
  return typeof value === 'string' ? quote(value) : JSON.stringify(value);
}
