// Holds the project to its own rules (docs/architecture.md, docs/style.md). That each of them can
// fail is shown in rules.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as documents from './documents.mjs';
import * as rules from './rules.mjs';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));

// Files that are mostly data and may be longer than the rest.
const kTables = [];

// Sources without a unit test of their own, and the test that covers each.
const kTestedElsewhere = new Map([
  // A refresh is nothing without the lease and the memory around it.
  ['wasm/accounts/refresh.cpp', 'tests/unit/accounts/token_failure_test.cpp'],
  // One table of fields with the values that each takes.
  ['wasm/fronts/openai_chat/google_fields.cpp', 'tests/unit/fronts/openai_chat/field_matrix_test.cpp'],
  // These tell the story, which tests/flow plays through.
  ['wasm/gateway/attempt.cpp', 'tests/flow/patience_test.cpp'],
  ['wasm/gateway/body.cpp', 'tests/flow/body_test.cpp'],
  ['wasm/gateway/chat.cpp', 'tests/flow/chat_test.cpp'],
  ['wasm/gateway/code_assist_project.cpp', 'tests/flow/code_assist_test.cpp'],
  ['wasm/gateway/exchange.cpp', 'tests/flow/routes_test.cpp'],
  ['wasm/gateway/gateway.cpp', 'tests/flow/routes_test.cpp'],
  ['wasm/gateway/images.cpp', 'tests/flow/images_test.cpp'],
  ['wasm/gateway/model_list.cpp', 'tests/flow/models_list_test.cpp'],
  ['wasm/gateway/candidates.cpp', 'tests/flow/pool_test.cpp'],
  ['wasm/gateway/run.cpp', 'tests/flow/pool_test.cpp'],
  // WebAssembly only.
  ['wasm/worker/exports.cpp', 'tests/worker/shim.test.mjs'],
  ['wasm/worker/worker_host.cpp', 'tests/worker/shim.test.mjs'],
]);

// Everything that git tracks or would track. Without git (a downloaded archive): everything but
// what .gitignore names.
function projectPaths() {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, { cwd: kRoot, stdio: ['ignore', 'pipe', 'ignore'] });
    return [...new Set(listed.toString().split('\0'))].filter(Boolean);
  } catch {
    const skipped =
      /^(?:\.git|node_modules|build|dist|\.wrangler|\.cache|\.idea|\.vscode|\.env.*|\.dev\.vars(?!\.example).*|.*\.log)$/;
    const below = (folder) =>
      readdirSync(join(kRoot, folder), { withFileTypes: true })
        .filter((entry) => !skipped.test(entry.name))
        .flatMap((entry) => {
          const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
          return entry.isDirectory() ? below(path) : [path];
        });
    return below('');
  }
}

function readProject() {
  const files = new Map();
  for (const path of projectPaths()) {
    const full = join(kRoot, path);
    if (!existsSync(full) || !statSync(full).isFile()) continue;
    const text = readFileSync(full, 'utf8');
    if (!text.includes('\0')) files.set(path, text);
  }
  return files;
}

const project = readProject();
const holds = (name, rule, ...more) =>
  test(name, () => assert.deepEqual(rule(project, ...more), []));

test('the project is found', () => {
  assert.ok(project.size > 100, `only ${project.size} files`);
  for (const path of [
    'README.md',
    'wasm/worker/exports.cpp',
    'js-shim/index.mjs',
    'package-lock.json',
  ]) {
    assert.ok(project.has(path), path);
  }
});

holds(
  'includes point only to the left: base < json, sse < host < gemini < ...',
  rules.includeArrows,
);
holds('libraries link what their files include', rules.linkArrows);
holds('a source includes its own header first', rules.ownHeaderFirst);
holds('headers begin with #pragma once', rules.pragmaOnce);
holds('only json/dom.cpp uses the JSON library', rules.jsonLibrary);
holds('files are short', rules.fileLengths, kTables);
holds('functions fit on a screen', rules.functionLengths);
holds('the JavaScript shim stays small', rules.shimLength);
holds('nothing looks like a real secret', rules.secrets);
holds('no file knows the machine it was written on', rules.machinePaths);
holds('no file knows where packages came from', rules.registryHosts);
holds('every source has a unit test', rules.unitTests, kTestedElsewhere);
holds('every fault of the list has a test that names it', rules.faultRows);
holds('K-12 every hash of a key is compared, to its end', rules.evenLoops);
holds('P-18 methods of ctx are called on it', rules.contextMethods);
holds('docs/operations.md explains every variable', documents.variables);
holds('docs/operations.md explains every error code', documents.errorCodes);
holds('docs/operations.md explains every log word', documents.logWords);
holds(
  'docs/mapping/openai-chat.md tells what becomes of every parameter',
  documents.chatParameters,
);
holds('links between documents lead somewhere', documents.links);
holds('commands and files that documents name are there', documents.commands);
test('documents that the code names are there', () => {
  const made = /^tests\/layout\//; // names documents that are made up
  const files = new Map([...project].filter(([path]) => !made.test(path)));
  assert.deepEqual(documents.namedDocuments(files), []);
});
