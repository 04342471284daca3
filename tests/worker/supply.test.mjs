// What the deployed Worker is made of, and that everything else is pinned. That the same sources
// give the same proxy.wasm is what scripts/build-twice.sh shows.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { kRoot } from './support.mjs';

const read = (path) => readFileSync(kRoot + path, 'utf8');
const isExact = (version) => /^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version);

test('S-22: no package is part of the Worker', () => {
  const { dependencies, peerDependencies, bundledDependencies } = JSON.parse(read('package.json'));
  assert.deepEqual([dependencies, peerDependencies, bundledDependencies], Array(3).fill(undefined));
  for (const file of readdirSync(`${kRoot}js-shim`)) {
    const text = read(`js-shim/${file}`);
    const imported = [...text.matchAll(/^import\b.*?['"](.*)['"];$/gm)].map(([, path]) => path);
    for (const path of imported) assert.match(path, /^\.\.?\//, `${file} imports ${path}`);
    assert.doesNotMatch(text, /\bimport\(|\brequire\(|\beval\(|new Function\b/, file);
  }
});

test('S-22: tools are pinned, each with the checksum of what is installed', () => {
  const { devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const { packages, lockfileVersion } = JSON.parse(read('package-lock.json'));
  assert.equal(lockfileVersion, 3);
  const wanted = Object.entries({ ...devDependencies, ...optionalDependencies });
  for (const [name, version] of wanted) {
    assert.ok(isExact(version), `${name} ${version}`);
    assert.equal(packages[`node_modules/${name}`].version, version, name);
  }
  for (const [path, { integrity, link }] of Object.entries(packages)) {
    if (path === '') continue;
    assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/, path);
    assert.equal(link, undefined, path);
  }
});

test('S-22: the wasm asks for what the shim gives, and for nothing else', () => {
  const module = new WebAssembly.Module(readFileSync(`${kRoot}build/wasm/proxy.wasm`));
  const imports = WebAssembly.Module.imports(module);
  const names = (from) => imports.filter((it) => it.module === from).map(({ name }) => name);
  const verbs = new Set(read('wasm/worker/imports.js').match(/'\w+'/g).map((it) => it.slice(1, -1)));
  for (const name of names('host')) assert.ok(verbs.has(name), name);
  assert.deepEqual(names('env').filter((name) => name !== 'emscripten_notify_memory_growth'), []);
  // By which abort() ends the engine (js-shim/host.mjs).
  const system = names('wasi_snapshot_preview1');
  assert.deepEqual(system, ['proc_exit']);
  const known = ['host', 'env', 'wasi_snapshot_preview1'];
  assert.deepEqual(imports.filter((it) => !known.includes(it.module)), []);
});

test('S-22: no C++ is fetched while it is built, unless by its hash', () => {
  for (const path of ['CMakeLists.txt', 'wasm/CMakeLists.txt', 'tests/CMakeLists.txt']) {
    const calls = read(path).match(/(?:FetchContent_Declare|ExternalProject_Add|file\(DOWNLOAD)[^)]*/g);
    for (const call of calls ?? []) assert.match(call, /SHA256|EXPECTED_HASH/, path);
  }
});

test('S-07: no private network is attached, and no binding but the token cache', () => {
  const settings = read('wrangler.toml').replaceAll(/^\s*#.*$/gm, '');
  const tables = [...settings.matchAll(/^\[+([\w.]+)\]+/gm)].map(([, name]) => name);
  const known = ['build', 'assets', 'kv_namespaces', 'vars', 'dev', 'observability', 'placement'];
  assert.deepEqual(tables.filter((name) => !known.includes(name)), []);
  assert.equal(settings.match(/\[\[kv_namespaces\]\]/g).length, 1);
});
