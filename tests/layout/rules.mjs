// The rules of the house as plain functions: from the project's files to a list of what is wrong.
//   files    Map from path (relative to the project's root, `/` between folders) to text
//   returns  one sentence for each problem, beginning with the path; empty if all is well
import { faultsOf } from '../faults/results.mjs';
import { kFaults } from '../faults/rows.mjs';
import { blanked, functionsOf, shellFunctionsOf } from './functions.mjs';

const pathsOf = (files, pattern) => [...files.keys()].filter((path) => pattern.test(path)).sort();
const linesOf = (text) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
const lineAt = (text, at) => text.slice(0, at).split('\n').length;
const kSource = /^wasm\/.*\.(?:h|cpp)$/;

// --- Include arrows ---

const kSteps = [
  ['base'],
  ['json', 'sse'],
  ['host'],
  ['gemini'],
  ['fronts', 'upstreams', 'accounts'],
  ['gateway'],
  ['worker'],
];
const stepOf = (folder) => kSteps.findIndex((step) => step.includes(folder.split('/')[0]));

// `fronts/openai_chat` for a file below it; `fronts` for what all fronts share.
function folderOf(path) {
  const parts = path.split('/').slice(0, -1);
  return parts.slice(0, ['fronts', 'upstreams'].includes(parts[0]) ? 2 : 1).join('/');
}

function includesOf(text) {
  const found = text.matchAll(/^[ \t]*#[ \t]*include[ \t]+(["<])([^">]+)[">]/gm);
  return [...found].map(({ 1: mark, 2: path, index }) => ({
    quoted: mark === '"',
    path,
    line: lineAt(text, index),
  }));
}

// Each include of one of our files: by which path, from and to which folder.
function* projectIncludes(files) {
  for (const path of pathsOf(files, kSource)) {
    for (const include of includesOf(files.get(path))) {
      if (!include.quoted) continue;
      yield { path, from: folderOf(path.slice(5)), to: folderOf(include.path), include };
    }
  }
}

export function includeArrows(files) {
  const problems = [];
  for (const { path, from, to, include } of projectIncludes(files)) {
    const say = (what) => problems.push(`${path}:${include.line}: ${what}`);
    const mayShare = from === to || from.startsWith(`${to}/`);
    if (stepOf(from) < 0) say(`the folder ${from} has no place in the order of folders`);
    else if (!files.has(`wasm/${include.path}`)) say(`there is no wasm/${include.path}`);
    else if (!mayShare && stepOf(to) >= stepOf(from)) say(`${from} must not include ${to}`);
  }
  return problems;
}

// A library links what its files include, so that the arrows stand in wasm/CMakeLists.txt as well.
export function linkArrows(files) {
  const cmake = files.get('wasm/CMakeLists.txt') ?? '';
  const libraries = cmake.matchAll(/^proxy_library\(([\w/]+)(?:\s+DEPENDS\s+([^)]*))?\)/gm);
  const split = ([, name, depends = '']) => [name, depends.split(/\s+/)];
  const linked = new Map([...libraries].map(split));
  const problems = new Set();
  for (const { path, from, to } of projectIncludes(files)) {
    if (from === to || to === 'fronts' || from === 'fronts' || from === 'worker') continue;
    if (!linked.has(from)) {
      problems.add(`${path}: wasm/CMakeLists.txt has no proxy_library(${from})`);
    } else if (!linked.get(from).includes(to.replace('/', '_'))) {
      problems.add(`${path}: ${from} includes ${to} but does not link it`);
    }
  }
  return [...problems];
}

export function ownHeaderFirst(files) {
  const problems = [];
  for (const path of pathsOf(files, /^wasm\/.*\.cpp$/)) {
    const header = path.replace(/\.cpp$/, '.h');
    if (!files.has(header)) continue;
    const [first] = includesOf(files.get(path));
    const isOwn = first?.quoted && `wasm/${first.path}` === header;
    if (!isOwn) problems.push(`${path}: its own header must be included first`);
  }
  return problems;
}

export function pragmaOnce(files) {
  return pathsOf(files, /^(?:wasm|tests)\/.*\.h$/)
    .filter((path) => !/^(?:[ \t]*(?:\/\/.*)?\n)*#pragma once\n/.test(files.get(path)))
    .map((path) => `${path}: #pragma once must come before anything but comments`);
}

// With exceptions off that library aborts on wrong types, so one file checks before it calls.
export function jsonLibrary(files) {
  const uses = (text) =>
    includesOf(text).some(({ path }) => path.startsWith('nlohmann/')) ||
    /\bnlohmann\b/.test(blanked(text, 'cpp'));
  return pathsOf(files, kSource)
    .filter((path) => path !== 'wasm/json/dom.cpp' && uses(files.get(path)))
    .map((path) => `${path}: only wasm/json/dom.cpp may use nlohmann`);
}

// --- Sizes ---

export const kFileLines = 400;
export const kFunctionLines = 70;
export const kShimLines = 350;

//   tables  paths of files that are mostly data and may be longer
export function fileLengths(files, tables = []) {
  const problems = [];
  for (const path of pathsOf(files, /^(?:wasm|tools|scripts|js-shim)\//)) {
    const lines = linesOf(files.get(path));
    const isLong = lines > kFileLines;
    const isTable = tables.includes(path);
    if (isLong && !isTable) problems.push(`${path}: ${lines} lines, at most ${kFileLines}`);
    if (!isLong && isTable) problems.push(`${path}: needs no exception from the length of files`);
  }
  return problems.concat(absent(files, tables));
}

function absent(files, paths) {
  const gone = paths.filter((path) => !files.has(path));
  return gone.map((path) => `${path}: excepted, but there is no such file`);
}

export function functionLengths(files) {
  const problems = [];
  for (const path of pathsOf(files, /^(?:wasm|tools|scripts)\/.*\.(?:h|cpp|m?js|sh)$/)) {
    const text = files.get(path);
    const language = /\.(?:h|cpp)$/.test(path) ? 'cpp' : 'js';
    const functions = path.endsWith('.sh') ? shellFunctionsOf(text) : functionsOf(text, language);
    for (const { name, line, lines } of functions) {
      if (lines <= kFunctionLines) continue;
      problems.push(`${path}:${line}: ${name} has ${lines} lines, at most ${kFunctionLines}`);
    }
  }
  return problems;
}

export function shimLength(files) {
  const paths = pathsOf(files, /^js-shim\//);
  const lines = paths.reduce((sum, path) => sum + linesOf(files.get(path)), 0);
  if (lines <= kShimLines) return [];
  return [`js-shim: ${lines} lines in ${paths.length} files, at most ${kShimLines} together`];
}

// --- What must never be checked in ---

// The words found are not repeated: they may be real.
function forbidden(files, patterns) {
  const problems = [];
  for (const [path, text] of files) {
    for (const [what, pattern] of patterns) {
      for (const { index } of text.matchAll(pattern)) {
        problems.push(`${path}:${lineAt(text, index)}: ${what}`);
      }
    }
  }
  return problems;
}

const kSecrets = [
  ['looks like a Google access token', /\bya29\.[\w-]{20,}/g],
  ['looks like a Google refresh token', /(?<![\w/.:])1\/\/[\w-]{30,}/g],
  ['looks like a Google API key', /\bAIza[\w-]{30,}/g],
  ['looks like a Google API key', /\bAQ\.[\w-]{30,}/g],
  ['looks like an OAuth client secret', /\bGOCSPX-[\w-]{16,}/g],
  ['looks like an OAuth client id', /\b\d{6,}-[a-z0-9]{20,}\.apps\.googleusercontent\.com/g],
  ['looks like a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/g],
  ['looks like a signed token', /\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}/g],
  ['looks like an OpenAI key', /\bsk-(?:proj-)?[A-Za-z0-9]{32,}/g],
];
const kMachinePaths = [
  ['a path of one machine', /(?<![\w.*~$}-])\/(?:work|tmp|root|home|Users)\/[\w.{$-]/g],
];
const kRegistryWords = 'registry|registries|mirrors?|artifactory|nexus';
const kRegistryUrl = RegExp(`\\bhttps?://[\\w.:-]*\\b(?:${kRegistryWords})\\b`, 'gi');
const kRegistryHosts = [
  ['the host of a package registry', kRegistryUrl],
  ['the host of a package registry', /\bregistry\.[\w-]+\.\w+/gi],
  ['where a package came from', /"resolved"\s*:/g],
];

export const secrets = (files) => forbidden(files, kSecrets);
export const machinePaths = (files) => forbidden(files, kMachinePaths);
export const registryHosts = (files) => forbidden(files, kRegistryHosts);

// --- Tests ---

//   elsewhere  Map from path of a .cpp without a unit test of its own to the test that covers it
export function unitTests(files, elsewhere = new Map()) {
  const problems = [];
  for (const path of pathsOf(files, /^wasm\/.*\.cpp$/)) {
    const test = path.replace('wasm/', 'tests/unit/').replace(/\.cpp$/, '_test.cpp');
    const hasTest = files.has(test);
    const isElsewhere = elsewhere.has(path);
    if (!hasTest && !isElsewhere) problems.push(`${path}: there is no ${test}`);
    if (hasTest && isElsewhere) problems.push(`${path}: needs no exception, ${test} is there`);
  }
  for (const [path, test] of elsewhere) {
    if (!files.has(test)) problems.push(`${path}: the test named for it, ${test}, is not there`);
  }
  return problems.concat(absent(files, [...elsewhere.keys()]));
}

// Each fault of tests/faults/rows.mjs must stand in the name or the tags of a test, as in a table
// inside it nobody finds it; and none may that is not in the list.
export function faultRows(files, faults = kFaults) {
  const head =
    /\b(?:TEST_CASE|test|holds)\(\s*((?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)[\s,]*)+)/g;
  const missing = new Set(Object.keys(faults));
  const problems = [];
  // The tests of the rules and of the list hold made-up ones.
  for (const path of pathsOf(files, /^tests\/(?!layout\/rules\.test|faults\/).*\.(?:cpp|mjs)$/)) {
    const text = files.get(path);
    for (const { 1: names, index } of text.matchAll(head)) {
      for (const id of faultsOf(names)) {
        missing.delete(id);
        if (!(id in faults)) problems.push(`${path}:${lineAt(text, index)}: there is no fault ${id}`);
      }
    }
  }
  return problems.concat(
    [...missing].map((id) => `${id}: no test has this fault in its name or tags`),
  );
}

// Where keys are compared: neither of the loops may end before its last step, nor do less in one.
//   compared  Map from path to the names of its functions
export function evenLoops(files, compared = kCompared) {
  const problems = [];
  for (const [path, names] of compared) {
    const text = files.get(path) ?? '';
    const found = functionsOf(text, 'cpp').filter(({ name }) => names.includes(name));
    if (found.length < names.length) problems.push(`${path}: not all of ${names} are there`);
    for (const { name, line, lines } of found) {
      const body = blanked(text, 'cpp').split('\n').slice(line - 1, line - 1 + lines).join('\n');
      const [loop] = /^ {2}for \(.*?^ {2}\}/ms.exec(body) ?? [''];
      const early = /\b(?:if|break|continue|return|goto|throw)\b|&&|\|\||\?/.exec(loop);
      if (loop === '') problems.push(`${path}: ${name} has no loop`);
      if (early) problems.push(`${path}: the loop of ${name} has \`${early[0]}\``);
    }
  }
  return problems;
}

const kCompared = new Map([
  ['wasm/base/sha256.cpp', ['equal_in_constant_time']],
  ['wasm/gateway/caller_auth.cpp', ['is_known']],
]);

// A method of ctx that is called without it throws, but only on the platform itself.
export function contextMethods(files) {
  const patterns = [
    ['ctx is for calls of its methods and nothing else', /\bctx\b(?!\s*\)\s*\{|\.\w+\()/g],
    ['a method of ctx must stay on its object', /\b(?:waitUntil|passThroughOnException)\b(?<!\bctx\.waitUntil)/g],
  ];
  const shim = pathsOf(files, /^js-shim\//).map((path) => [path, blanked(files.get(path), 'js')]);
  return forbidden(shim, patterns);
}
