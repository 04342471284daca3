// Rules that hold the documents to the code, in the form of rules.mjs.
import { posix } from 'node:path';

const kDocument = /(?:^|\/)(?:README|CONTRIBUTING)\.md$|^docs\/.*\.md$/;
const kOperations = 'docs/operations.md';
const documentsOf = (files) => [...files].filter(([path]) => kDocument.test(path));

// The table under a heading: names in backticks in its first column -> the row's cells. A first
// cell may hold several names.
export function tableUnder(text, heading) {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  const rows = new Map();
  if (at < 0) return rows;
  const isRuler = (line) => /^\|[ :|-]+\|$/.test(line ?? '');
  for (let i = at + 1; i < lines.length && !/^#+ /.test(lines[i]); i++) {
    const line = lines[i];
    if (!line.startsWith('|') || isRuler(lines[i + 1])) continue; // the row above a ruler is the head
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    for (const [, name] of cells[0].matchAll(/`([^`]+)`/g)) rows.set(name, cells);
  }
  return rows;
}

// What a pattern's groups find in the text.
function namesIn(text, pattern) {
  return new Set([...text.matchAll(pattern)].map((match) => match.slice(1).find(Boolean)));
}

function compare(path, what, inCode, inDocument) {
  const notExplained = [...inCode].filter((name) => !inDocument.has(name));
  const notKnown = [...inDocument.keys()].filter((name) => !inCode.has(name));
  return [
    ...notExplained.map((name) => `${path}: the ${what} ${name} is not explained`),
    ...notKnown.map((name) => `${path}: no code knows the ${what} ${name}`),
  ];
}

// docs/operations.md and .dev.vars.example name the variables that are read.
export function variables(files) {
  const readers = ['wasm/gateway/config.cpp', 'wasm/gateway/isolate.cpp'];
  const code = readers.map((path) => files.get(path)).join('\n');
  const inCode = namesIn(code, /"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"/g);
  const inDocument = tableUnder(files.get(kOperations) ?? '', 'Variables and secrets');
  // Names with a number at their end, of which a document need not list all.
  for (const begin of namesIn(code, /"([A-Z][A-Z0-9_]*_)"/g)) {
    const explained = [...inDocument.keys()].filter((name) => name.replace(/\d+$/, '') === begin);
    for (const name of explained.length > 0 ? explained : [begin]) inCode.add(name);
  }
  const inSample = namesIn(files.get('.dev.vars.example') ?? '', /^([A-Z_]+)=/gm);
  return [
    ...compare(kOperations, 'variable', inCode, inDocument),
    ...[...inSample]
      .filter((name) => !inCode.has(name))
      .map((name) => `.dev.vars.example: no code knows the variable ${name}`),
  ];
}

export function errorCodes(files) {
  const inCode = namesIn(files.get('wasm/base/api_error.cpp') ?? '', /^ +\{"(\w+)", \d{3}, /gm);
  const inDocument = tableUnder(files.get(kOperations) ?? '', 'Error codes');
  return compare(kOperations, 'error code', inCode, inDocument);
}

// Words of log lines. Those that a line is begun with must be in the document; those in the
// document must at least be literals of the code.
export function logWords(files) {
  const sources = [...files].filter(([path]) => /^(?:wasm|js-shim)\//.test(path));
  const code = sources.map(([, text]) => text).join('\n');
  const literals = namesIn(code, /["']([a-z][a-z_0-9]*)["']/g);
  const beginsLine =
    /(?:LogLine(?:\s+\w+)?|\bsend)\(\s*(?:host::)?LogLevel::\w+,\s*"(\w+)"|\bev: '(\w+)'/g;
  const document = files.get(kOperations) ?? '';
  const events = tableUnder(document, 'Log lines');
  const notes = tableUnder(document, 'Notes on the configuration');
  return [
    ...[...namesIn(code, beginsLine)]
      .filter((word) => !events.has(word))
      .map((word) => `${kOperations}: the log word ${word} is not explained`),
    ...[...events.keys(), ...notes.keys()]
      .filter((word) => !literals.has(word))
      .map((word) => `${kOperations}: no code logs ${word}`),
  ];
}

export function chatParameters(files) {
  const path = 'docs/mapping/openai-chat.md';
  const source = files.get('wasm/fronts/openai_chat/parameters.cpp') ?? '';
  const found = source.matchAll(/\{"(\w+)", (translated|ignored|refused)\b/g);
  const inCode = new Map([...found].map(([, name, treatment]) => [name, treatment]));
  const inDocument = tableUnder(files.get(path) ?? '', 'Parameters');
  const problems = compare(path, 'parameter', new Set(inCode.keys()), inDocument);
  for (const [name, treatment] of inCode) {
    const said = inDocument.get(name)?.[1] ?? treatment;
    if (said !== treatment) problems.push(`${path}: ${name} is ${treatment}, not ${said}`);
  }
  return problems;
}

// As GitHub does it: lower case, punctuation dropped, spaces to hyphens.
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

export function links(files) {
  const exists = (path) =>
    files.has(path) || [...files.keys()].some((file) => file.startsWith(`${path}/`));
  const anchorsOf = (text) => [...namesIn(text, /^#+ (.*)$/gm)].map(anchorOf);
  const problems = [];
  for (const [path, text] of documentsOf(files)) {
    const prose = text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');
    for (const target of namesIn(prose, /\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file, anchor] = target.split('#');
      const there = file === '' ? path : posix.join(posix.dirname(path), file).replace(/\/$/, '');
      if (!exists(there)) problems.push(`${path}: there is no ${target}`);
      else if (anchor && !anchorsOf(files.get(there) ?? '').includes(anchor)) {
        problems.push(`${path}: there is no heading for ${target}`);
      }
    }
  }
  return problems;
}

// npm scripts, and files of ours that a command or a sentence names.
export function commands(files) {
  const { scripts = {} } = JSON.parse(files.get('package.json') ?? '{}');
  const kOurFile =
    /(?<![\w/.-])((?:scripts|tools|js-shim|wasm|tests)\/[\w./-]+\.(?:sh|mjs|cpp|h|js|txt))\b/g;
  const problems = [];
  for (const [path, text] of documentsOf(files)) {
    for (const name of namesIn(text, /\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)) {
      if (!(name in scripts)) problems.push(`${path}: package.json has no script ${name}`);
    }
    for (const file of namesIn(text, kOurFile)) {
      if (!files.has(file)) problems.push(`${path}: there is no ${file}`);
    }
  }
  return problems;
}

// Documents that the code's comments and messages send a reader to.
export function namedDocuments(files) {
  const problems = [];
  for (const [path, text] of files) {
    for (const document of namesIn(text, /\b(docs\/[\w/-]+\.md)\b/g)) {
      if (!files.has(document)) problems.push(`${path}: there is no ${document}`);
    }
  }
  return problems;
}
