// Shows on small made-up projects that each rule of the layout can fail, and does not fail without
// reason.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as documents from './documents.mjs';
import { functionsOf, shellFunctionsOf } from './functions.mjs';
import * as rules from './rules.mjs';

// A made-up project; the problems a rule finds in it must match the patterns, one by one.
function finds(rule, files, patterns, ...more) {
  const problems = rule(new Map(Object.entries(files)), ...more);
  const matches = problems.map((problem, i) => patterns[i]?.test(problem) ?? false);
  assert.ok(
    problems.length === patterns.length && matches.every(Boolean),
    `expected ${patterns.join(', ') || 'no problem'}; found:\n${problems.join('\n') || 'none'}`,
  );
}

// A table of a document: one row for each name.
const rows = (...names) => names.map((name) => `| \`${name}\` |\n`).join('');
const lines = (count) => 'x\n'.repeat(count);
const include = (...paths) => paths.map((path) => `#include "${path}"\n`).join('');

test('include arrows', () => {
  const rule = rules.includeArrows;
  const headers = {
    'wasm/base/a.h': '',
    'wasm/json/b.h': include('base/a.h'),
    'wasm/sse/c.h': '',
    'wasm/fronts/renderer.h': '',
    'wasm/fronts/one/d.h': '',
  };
  finds(rule, headers, []);
  finds(rule, { ...headers, 'wasm/host/x.h': include('json/b.h', 'base/a.h') }, []);
  finds(
    rule,
    { ...headers, 'wasm/fronts/one/x.cpp': include('fronts/one/d.h', 'fronts/renderer.h') },
    [],
  );
  finds(rule, { ...headers, 'wasm/base/x.cpp': include('base/a.h', 'json/b.h') }, [
    /x\.cpp:2: base must not include json/,
  ]);
  finds(rule, { ...headers, 'wasm/sse/x.h': include('json/b.h') }, [/sse must not include json/]);
  finds(rule, { ...headers, 'wasm/json/x.h': ' # include "sse/c.h"' }, [
    /json must not include sse/,
  ]);
  finds(rule, { ...headers, 'wasm/fronts/two/x.h': include('fronts/one/d.h') }, [
    /fronts\/two must not include fronts\/one/,
  ]);
  finds(rule, { ...headers, 'wasm/accounts/x.h': include('fronts/one/d.h') }, [
    /accounts must not include fronts\/one/,
  ]);
  finds(rule, { ...headers, 'wasm/fronts/renderer.h': include('fronts/one/d.h') }, [
    /fronts must not include fronts\/one/,
  ]);
  finds(rule, { ...headers, 'wasm/json/x.h': include('../base/a.h') }, [
    /there is no wasm\/\.\.\/base/,
  ]);
  finds(rule, { ...headers, 'wasm/json/x.h': include('base/gone.h') }, [
    /there is no wasm\/base\/gone\.h/,
  ]);
  finds(rule, { ...headers, 'wasm/other/x.h': include('base/a.h') }, [/other has no place/]);
});

test('link arrows', () => {
  const cmake = (text) => ({ 'wasm/json/b.cpp': include('base/a.h'), 'wasm/CMakeLists.txt': text });
  finds(rules.linkArrows, cmake('proxy_library(json DEPENDS base)\n'), []);
  finds(rules.linkArrows, cmake('proxy_library(json)\n'), [
    /json includes base but does not link it/,
  ]);
  finds(rules.linkArrows, cmake(''), [/no proxy_library\(json\)/]);
  const front = { 'wasm/gateway/x.cpp': include('fronts/one/d.h') };
  finds(
    rules.linkArrows,
    { ...front, 'wasm/CMakeLists.txt': 'proxy_library(gateway DEPENDS fronts_one\n  base)\n' },
    [],
  );
});

test('own header first', () => {
  const header = { 'wasm/json/b.h': '' };
  finds(
    rules.ownHeaderFirst,
    { ...header, 'wasm/json/b.cpp': `// Why.\n${include('json/b.h', 'base/a.h')}` },
    [],
  );
  finds(rules.ownHeaderFirst, { ...header, 'wasm/json/b.cpp': include('base/a.h', 'json/b.h') }, [
    /b\.cpp/,
  ]);
  finds(
    rules.ownHeaderFirst,
    { ...header, 'wasm/json/b.cpp': '#include <string>\n#include "json/b.h"\n' },
    [/b\.cpp/],
  );
  finds(rules.ownHeaderFirst, { ...header, 'wasm/json/b.cpp': 'int x;\n' }, [/b\.cpp/]);
  finds(rules.ownHeaderFirst, { 'wasm/json/free.cpp': '#include <string>\n' }, []);
});

test('#pragma once', () => {
  finds(
    rules.pragmaOnce,
    { 'wasm/a/a.h': '// Why.\n\n#pragma once\n', 'tests/support/b.h': '#pragma once\n' },
    [],
  );
  finds(rules.pragmaOnce, { 'wasm/a/a.h': 'int x;\n' }, [/a\.h/]);
  finds(rules.pragmaOnce, { 'wasm/a/a.h': '#include <x>\n// Late.\n#pragma once\n' }, [/a\.h/]);
  finds(rules.pragmaOnce, { 'wasm/a/a.h': '// #pragma once\n' }, [/a\.h/]);
});

test('the JSON library', () => {
  finds(rules.jsonLibrary, { 'wasm/json/dom.cpp': '#include <nlohmann/json.hpp>\n' }, []);
  finds(
    rules.jsonLibrary,
    { 'wasm/json/dom.h': '// Only dom.cpp knows nlohmann/json: it aborts.\n' },
    [],
  );
  finds(rules.jsonLibrary, { 'wasm/json/x.cpp': '#include <nlohmann/json.hpp>\n' }, [/x\.cpp/]);
  finds(rules.jsonLibrary, { 'wasm/json/x.h': '#include "nlohmann/json_fwd.hpp"\n' }, [/x\.h/]);
  finds(rules.jsonLibrary, { 'wasm/base/x.h': 'void f(nlohmann::ordered_json tree);\n' }, [/x\.h/]);
});

test('lengths of files', () => {
  const rule = rules.fileLengths;
  finds(rule, { 'wasm/a/a.cpp': lines(400), 'tests/long.cpp': lines(500) }, []);
  finds(rule, { 'wasm/a/a.cpp': lines(401) }, [/401 lines/]);
  finds(rule, { 'tools/google/a.mjs': lines(400) + 'x' }, [/401 lines/]);
  finds(rule, { 'wasm/a/a.cpp': lines(401) }, [], ['wasm/a/a.cpp']);
  finds(rule, { 'wasm/a/a.cpp': lines(9) }, [/needs no exception/], ['wasm/a/a.cpp']);
  finds(rule, {}, [/no such file/], ['wasm/a/a.cpp']);
});

test('lengths of functions', () => {
  const long = (head, end = '}') => `${head} {\n${lines(69)}${end}\n`;
  const short = (head, end = '}') => `${head} {\n${lines(68)}${end}\n`;
  finds(
    rules.functionLengths,
    { 'wasm/a/a.cpp': short('int f(int x) const'), 'scripts/a.sh': short('run()') },
    [],
  );
  finds(rules.functionLengths, { 'wasm/a/a.cpp': long('int C::f(int x) const') }, [
    /a\.cpp:1: C::f has 71 lines/,
  ]);
  finds(rules.functionLengths, { 'scripts/a.sh': `x\n${long('run()')}` }, [
    /a\.sh:2: run has 71 lines/,
  ]);
  finds(rules.functionLengths, { 'tools/a.mjs': long('export async function f(a)') }, [
    /f has 71 lines/,
  ]);
  finds(rules.functionLengths, { 'tools/a.mjs': long('const f = (a) =>') }, [/f has 71 lines/]);
  finds(rules.functionLengths, { 'tests/a.cpp': long('void f()') }, []);
});

// What the brace counter makes of a text: `name:lines` for each function.
const counted = [
  ['cpp', 'int f() {\n  if (x) {\n  }\n}\n', 'f:4'],
  ['cpp', 'namespace a {\nstruct S {\n  int g() const { return 1; }\n  int x{2};\n};\n}\n', 'g:1'],
  ['cpp', 'S::S(int a)\n    : a_{a},\n      b_({1, 2}) {\n}\n', 'S::S:4'],
  ['cpp', 'S::S() : a_{1} {\n}\n', 'S::S:2'],
  ['cpp', 'constexpr int kTable[] = {\n  1,\n  f(2),\n};\nvoid h() {}\n', 'h:1'],
  [
    'cpp',
    'enum class E : int {\n  a,\n};\nclass C final : public D {\n public:\n  C() {}\n};\n',
    'C:1',
  ],
  ['cpp', '// {\n/* } */ void f() { call("}", \'}\', 1\'000, R"x(})x"); }\n', 'f:1'],
  ['cpp', '#define M(x) \\\n  { x\nauto f() -> int {\n}\n', 'f:2'],
  ['cpp', 'template <class T>\nT f(T a = {}) {\n  for (int i = 0; i < 2; ++i) {\n  }\n}\n', 'f:5'],
  ['cpp', 'extern "C" {\nvoid f() noexcept override {\n}\n}\n', 'f:2'],
  ['cpp', 'const auto f = [](int a) {\n  return a;\n};\n', 'f:3'],
  ['js', 'const a = { b() {\n}, c: 1, d: (x) => {\n  x;\n} };\n', 'b:2 d:3'],
  ['js', 'const x = /[{/]{/.test(y) ? `${`}`}{` : "{";\nfunction f({ a, b }) {\n}\n', 'f:2'],
  ['js', 'if (x) {\n  run(() => {\n  });\n}\n', 'run:2'],
  ['js', 'class A extends B {\n  #c = { d: 1 };\n  e() {\n  }\n}\n', 'e:2'],
  [
    'js',
    'const half = a / b; const s = {};\nfor (const c of d) {\n}\nlet g = function () {\n};\n',
    'function:2',
  ],
];

for (const [language, text, expected] of counted) {
  test(`functions of ${JSON.stringify(text)}`, () => {
    const found = functionsOf(text, language).map(({ name, lines: count }) => `${name}:${count}`);
    assert.equal(found.join(' '), expected);
  });
}

test('functions of a shell script', () => {
  const found = shellFunctionsOf('say() { echo; }\nrun() {\n  x\n}\n').map(
    (one) => `${one.name}:${one.lines}`,
  );
  assert.equal(found.join(' '), 'say:1 run:3');
});

test('length of the shim', () => {
  finds(rules.shimLength, { 'js-shim/a.mjs': lines(200), 'js-shim/b.mjs': lines(150) }, []);
  finds(rules.shimLength, { 'js-shim/a.mjs': lines(201), 'js-shim/b.mjs': lines(150) }, [
    /351 lines/,
  ]);
});

test('secrets', () => {
  const plain =
    'ya29.short AIza 1//refresh-a GOCSPX- test-key Bearer YOUR_KEY https://a/b1//c ' +
    'your-client-id.apps.googleusercontent.com';
  finds(rules.secrets, { 'a.md': plain }, []);
  const x = (count) => 'x7'.repeat(count);
  const real = [
    ['ya29', '.', x(20)],
    ['1/', '/0', x(20)],
    ['AIz', 'a', x(18)],
    ['GOCSPX', '-', x(14)],
    ['123456789', '-', x(16), '.apps.googleusercontent.com'],
    ['-----BEGIN ', 'RSA PRIVATE KEY-----'],
    ['eyJ', x(12), '.eyJ', x(12), '.', x(12)],
    ['sk-', 'proj-', x(20)],
    ['AQ', '.', x(20)],
  ];
  for (const pieces of real)
    finds(rules.secrets, { 'a.md': `one\n${pieces.join('')}` }, [/^a\.md:2: looks like/]);
});

test('paths of one machine', () => {
  const slash = '/';
  finds(
    rules.machinePaths,
    { a: 'docs/root/x ~/tmp/x https://example.com/home/x build/tmp/a $HOME/root/x' },
    [],
  );
  for (const folder of ['work', 'tmp', 'root', 'home', 'Users']) {
    finds(rules.machinePaths, { a: `cd "${slash}${folder}${slash}me"` }, [/^a:1: a path/]);
  }
});

test('hosts of registries', () => {
  const host = ['registry', 'example', 'org'].join('.');
  finds(
    rules.registryHosts,
    { a: 'https://github.com/x https://nodejs.org the registry is not named' },
    [],
  );
  finds(rules.registryHosts, { a: `fetch from ${host}` }, [/registry/]);
  finds(rules.registryHosts, { a: ['https:/', 'mirror.example.com:8080', 'x'].join('/') }, [
    /registry/,
  ]);
  finds(rules.registryHosts, { 'package-lock.json': `{"res${'olved'}": "x"}` }, [/came from/]);
});

test('unit tests', () => {
  const source = { 'wasm/fronts/one/a.cpp': '', 'tests/flow/all_test.cpp': '' };
  const tested = { ...source, 'tests/unit/fronts/one/a_test.cpp': '' };
  const elsewhere = new Map([['wasm/fronts/one/a.cpp', 'tests/flow/all_test.cpp']]);
  finds(rules.unitTests, tested, []);
  finds(rules.unitTests, source, [/there is no tests\/unit\/fronts\/one\/a_test\.cpp/]);
  finds(rules.unitTests, source, [], elsewhere);
  finds(rules.unitTests, tested, [/needs no exception/], elsewhere);
  finds(rules.unitTests, { 'wasm/fronts/one/a.cpp': '' }, [/named for it/], elsewhere);
  finds(rules.unitTests, { 'tests/flow/all_test.cpp': '' }, [/no such file/], elsewhere);
});

test('rows of faults', () => {
  const rule = rules.faultRows;
  const faults = { 'A-01': '', 'A-02': '', 'U-01': '' };
  const cpp = (text) => ({ 'tests/unit/a/a_test.cpp': text });
  const missing = (...names) => names.map((name) => RegExp(`^${name}: no test`));
  finds(rule, cpp('TEST_CASE("A-01 U-01 x", "[A-02]") {'), [], faults);
  finds(rule, cpp('TEST_CASE("x \\" A-01"\n    " A-02",\n    "[U-01]") {'), [], faults);
  finds(rule, cpp('TEST_CASE("A-01 to A-02, U-01") {'), [], faults);
  const all = missing('A-01', 'A-02', 'U-01');
  finds(rule, cpp('TEST_CASE("x") {\n  check("A-01", "A-02");\n}'), all, faults);
  finds(rule, cpp('// Of A-01.\nTEST_CASE("A-011 A-02") {'), missing('A-01', 'U-01'), faults);
  finds(rule, { ...cpp(''), 'wasm/a.cpp': 'TEST_CASE("A-01") {' }, all, faults);
  finds(rule, { 'tests/layout/rules.test.mjs': "test('A-01', x)" }, all, faults);
  finds(rule, { 'tests/faults/x.mjs': "test('A-01', x)" }, all, faults);
  const js = "test('A-01', () => {\n});\ntest(`A-02 ${x}`, () => 'U-01');";
  finds(rule, { 'tests/worker/x.test.mjs': js }, missing('U-01'), faults);
  finds(rule, cpp('TEST_CASE("A-01 to A-03 U-01") {'), [/_test.cpp:1: .* no fault A-03/], faults);
});

test('loops that compare keys', () => {
  const compared = new Map([['wasm/a.cpp', ['same']]]);
  const finding = (step, ...problems) => {
    const loop = `  for (int i = 0; i < n; ++i) {\n    ${step}\n  }\n`;
    const text = `bool same(int n) {\n  int d = 0;\n${loop}  return d == 0 && n > 0;\n}\n`;
    finds(rules.evenLoops, { 'wasm/a.cpp': text }, problems, compared);
  };
  finding('d |= a[i] ^ b[i];');
  finding('if (a[i] != b[i]) return false;', /has `if`/);
  finding('d = d || a[i] != b[i];', /has `\|\|`/);
  finding('d += a[i] == b[i] ? 0 : 1;', /has `\?`/);
  finds(rules.evenLoops, { 'wasm/a.cpp': 'bool same() { return true; }' }, [/no loop/], compared);
  finds(rules.evenLoops, { 'wasm/a.cpp': '' }, [/not all/], compared);
});

test('methods of ctx', () => {
  const shim = (text) => ({ 'js-shim/a.mjs': text });
  const finding = (text, ...problems) => finds(rules.contextMethods, shim(text), problems);
  finding('export default { fetch(request, env, ctx) {\n  ctx.waitUntil(a);\n} };');
  finding('// Not ctx alone.\nconst a = "ctx";');
  finding('const { waitUntil } = ctx;', /for calls/, /must stay/);
  finding('later(ctx.waitUntil);', /for calls/);
  finding('ctx.waitUntil.call(null, a);', /for calls/);
  finding('engine.ctx = ctx;', /for calls/, /for calls/);
  finding('waitUntil(a);', /must stay/);
  finding('ctx.passThroughOnException();', /must stay/);
});

test('variables', () => {
  const config = {
    'wasm/gateway/config.cpp': 'variable("API_KEY"); note("not_one", "API_KEY is bad");',
  };
  const table = (...names) => ({
    'docs/operations.md': `## Variables and secrets\n\n| name |\n| --- |\n${rows(...names)}`,
  });
  finds(documents.variables, { ...config, ...table('API_KEY') }, []);
  finds(documents.variables, { ...config, ...table() }, [/variable API_KEY is not explained/]);
  finds(documents.variables, { ...config, ...table('API_KEY', 'GONE') }, [
    /no code knows the variable GONE/,
  ]);
  finds(
    documents.variables,
    { ...config, ...table('API_KEY'), '.dev.vars.example': '# X\nAPI_KEYS=1\n' },
    [/\.dev\.vars\.example: .* API_KEYS/],
  );
  const numbered = { 'wasm/gateway/isolate.cpp': 'env("KEY"); env("KEY_" + decimal(i));' };
  finds(documents.variables, { ...numbered, ...table('KEY', 'KEY_2', 'KEY_99') }, []);
  finds(documents.variables, { ...numbered, ...table('KEY') }, [/variable KEY_ is not explained/]);
  finds(documents.variables, { ...numbered, ...table('KEY', 'KEY_2', 'KEY_X') }, [/KEY_X$/]);
});

test('error codes', () => {
  const code = { 'wasm/base/api_error.cpp': '    {"invalid_json", 400, kRequest, false},\n' };
  const table = (name) => ({
    'docs/operations.md': `# A\n## Error codes\n| \`head\` |\n| --- |\n${rows(name)}## Next\n${rows('other')}`,
  });
  finds(documents.errorCodes, { ...code, ...table('invalid_json') }, []);
  finds(documents.errorCodes, { ...code, ...table('x') }, [
    /invalid_json is not explained/,
    /no code knows the error code x/,
  ]);
});

test('log words', () => {
  const code = {
    'wasm/a/a.cpp':
      'LogLine(LogLevel::info, "req");\n' +
      'host::LogLine line(host::LogLevel::warn,\n    "late", "Text.");',
    'js-shim/a.mjs': "log({ ev: 'trap', kind })",
  };
  const table = (...names) => ({
    'docs/operations.md': `## Log lines\n${rows(...names)}`,
  });
  finds(documents.logWords, { ...code, ...table('req', 'late', 'trap') }, []);
  finds(documents.logWords, { ...code, ...table('req', 'trap') }, [/late is not explained/]);
  finds(documents.logWords, { ...code, ...table('req', 'late') }, [/trap is not explained/]);
  finds(documents.logWords, { ...code, ...table('req', 'late', 'trap', 'old') }, [
    /no code logs old/,
  ]);
});

test('parameters', () => {
  const code = {
    'wasm/fronts/openai_chat/parameters.cpp': '{"model", translated},\n{"n", refused},\n',
  };
  const table = (rows) => ({ 'docs/mapping/openai-chat.md': `## Parameters\n${rows}` });
  finds(
    documents.chatParameters,
    { ...code, ...table('| `model` | translated |\n| `n` | refused |\n') },
    [],
  );
  finds(documents.chatParameters, { ...code, ...table('| `model` | translated |\n') }, [
    /n is not explained/,
  ]);
  finds(documents.chatParameters, { ...code, ...table('| `model`, `n` | translated |\n') }, [
    /n is refused, not translated/,
  ]);
  finds(
    documents.chatParameters,
    { ...code, ...table('| `model` | translated |\n| `n`, `x` | refused |\n') },
    [/no code knows the parameter x/],
  );
});

test('links', () => {
  const guide = {
    'docs/guide.md': '# The guide: part 1\n[up](../README.md) [down](mapping)\n',
    'docs/mapping/a.md': '',
  };
  const readme = (text) => ({ ...guide, 'README.md': text });
  finds(
    documents.links,
    readme('[a](docs/guide.md#the-guide-part-1) [b](https://example.com) [c](#top)\n# Top\n'),
    [],
  );
  finds(documents.links, readme('`[a](x)`\n```\n[a](x)\n```\n'), []);
  finds(documents.links, readme('[a](docs/gone.md)'), [/there is no docs\/gone\.md/]);
  finds(documents.links, readme('[a](docs/guide.md#part-2)'), [
    /no heading for docs\/guide\.md#part-2/,
  ]);
  finds(documents.links, readme('[a](#gone)'), [/no heading for #gone/]);
  finds(documents.links, { 'docs/guide.md': '[a](gone)' }, [/docs\/guide\.md: there is no gone/]);
});

test('commands', () => {
  const scripts = {
    'package.json': '{"scripts": {"start": "", "build": ""}}',
    'scripts/setup.sh': '',
  };
  const readme = (text) => ({ ...scripts, 'README.md': text });
  finds(
    documents.commands,
    readme('`npm start`, `npm run build`, `sh scripts/setup.sh`, npm ci'),
    [],
  );
  finds(documents.commands, readme('npm test'), [/no script test/]);
  finds(documents.commands, readme('npm run bench'), [/no script bench/]);
  finds(documents.commands, readme('see `tools/google/server.mjs`'), [
    /there is no tools\/google\/server\.mjs/,
  ]);
});

test('named documents', () => {
  const files = (text) => ({ 'docs/guide.md': '', 'wasm/a/a.h': text });
  finds(documents.namedDocuments, files('// See docs/guide.md.'), []);
  finds(documents.namedDocuments, files('// See docs/gone.md.'), [
    /a\.h: there is no docs\/gone\.md/,
  ]);
});
