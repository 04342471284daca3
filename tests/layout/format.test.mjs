// All C++ is as clang-format leaves it (.clang-format). Version 14 alone is asked: others disagree.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const kRoot = fileURLToPath(new URL('../..', import.meta.url));

function isVersion14(command) {
  const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
  return /version 14\./.test(stdout ?? '');
}

test('all C++ is formatted', (t) => {
  if (!['clang-format-14', 'clang-format'].some(isVersion14)) {
    t.skip('skipped: there is no clang-format 14 (sh scripts/setup.sh lint)');
    return;
  }
  const { status, stdout, stderr } = spawnSync('sh', ['scripts/lint.sh', 'format'], {
    cwd: kRoot,
    encoding: 'utf8',
  });
  assert.equal(status, 0, `npm run format mends this:\n${stdout}${stderr}`);
});
