// Reads and changes the text of a .dev.vars. Values are found by the rules of dotenv, which is what
// wrangler reads the file with; what is not changed stays as it is, byte for byte.
//   NAME=value   NAME='value'   NAME="value"   NAME=`value`   # comment
// A quoted value may have several lines.

export const kPlaceholders = {
  API_KEY: 'choose-a-long-random-key',
  OAUTH_CLIENT_ID: 'your-client-id.apps.googleusercontent.com',
  OAUTH_CLIENT_SECRET: 'your-client-secret',
  refreshToken: 'your-refresh-token',
};

const kName = /^[ \t]*(?:export[ \t]+)?([\w.-]+)(?:[ \t]*=[ \t]*|:[ \t]+)/gm;
const kQuoted = /'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|`(?:\\`|[^`])*`/y;
const kPlain = /[^#\r\n]*/y;

function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}

// All assignments in order.
//   returns  [{name, value, start, end}]; start, end: where the value stands in `text`, with its
//            quotes
export function assignments(text) {
  const found = [];
  kName.lastIndex = 0;
  for (let match = kName.exec(text); match !== null; match = kName.exec(text)) {
    const start = match.index + match[0].length;
    const quoted = matchAt(kQuoted, text, start);
    // Something behind the closing quote: then quotes are part of a plain value.
    const isQuoted = quoted && /^[ \t]*(?:#.*)?\r?$/m.test(restOfLine(text, start + quoted.length));
    const raw = isQuoted ? quoted : matchAt(kPlain, text, start).trimEnd();
    found.push({ name: match[1], value: unquoted(raw), start, end: start + raw.length });
    kName.lastIndex = Math.max(start + raw.length, kName.lastIndex);
  }
  return found;
}

function restOfLine(text, at) {
  const end = text.indexOf('\n', at);
  return text.slice(at, end < 0 ? undefined : end);
}

function unquoted(raw) {
  const [, quote, inner] = /^(['"`])([^]*)\1$/.exec(raw) ?? [];
  if (quote === undefined) return raw;
  return quote === '"' ? inner.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : inner;
}

// {name: value}; of a name that is there twice, the last value, as wrangler takes it.
export const readVars = (text) =>
  Object.fromEntries(assignments(text).map(({ name, value }) => [name, value]));

// The text with `name` set; a name that is not there comes at the end.
//   returns  null if the value cannot be written so that wrangler reads the same
export function withVar(text, name, value) {
  if (/['\r\n]/.test(value)) return null;
  const all = assignments(text).filter((each) => each.name === name);
  if (all.length > 1) return null;
  let changed;
  if (all.length === 1) {
    changed = `${text.slice(0, all[0].start)}'${value}'${text.slice(all[0].end)}`;
  } else {
    const newline = text.includes('\r\n') ? '\r\n' : '\n';
    const gap = text === '' || text.endsWith('\n') ? '' : newline;
    changed = `${text}${gap}${name}='${value}'${newline}`;
  }
  return readVars(changed)[name] === value ? changed : null;
}

// JSON on one line that may stand between single quotes.
export const quotableJson = (value) => JSON.stringify(value).replaceAll("'", '\\u0027');

// The entries of an ACCOUNTS value, or null if it cannot be read.
export function entriesOf(value) {
  if ((value ?? '').trim() === '') return [];
  let entries;
  try {
    entries = JSON.parse(value);
  } catch {
    return null;
  }
  if (Array.isArray(entries)) return entries;
  return entries !== null && typeof entries === 'object' ? [entries] : null;
}

export const isPlaceholder = (entry) => entry?.refresh_token === kPlaceholders.refreshToken;

// The text with one more account; the example's placeholder makes room for it.
//   returns  null if ACCOUNTS cannot be read, or is there twice
export function withAccount(text, entry) {
  const value = readVars(text).ACCOUNTS ?? '';
  const entries = entriesOf(value);
  if (entries === null) return null;
  const kept = entries.filter((each) => !isPlaceholder(each));
  if (kept.some((each) => each?.refresh_token === entry.refresh_token)) return text;
  const added = quotableJson(entry);
  // What stands there is kept as it was typed.
  const asTyped =
    value.trim().startsWith('[') && kept.length === entries.length && !/['\r\n]/.test(value);
  const body = asTyped ? value.trim().slice(1, -1).trim() : kept.map(quotableJson).join(',');
  return withVar(text, 'ACCOUNTS', `[${body}${body === '' ? '' : ','}${added}]`);
}
