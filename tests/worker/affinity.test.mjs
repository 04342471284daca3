// Conversations keep their account, so that Google finds their beginnings in its cache again; the
// full measurement is bench/affinity.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measure, share } from '../../bench/affinity.mjs';

test('far more of a prompt is cached when a conversation keeps its account', async () => {
  const size = { turns: 120, conversations: 12, accounts: 5 };
  const affine = share(await measure({ ...size, affinity: true }));
  const roundRobin = share(await measure({ ...size, affinity: false }));
  assert.ok(affine > 0.75, `affine: ${affine}`);
  assert.ok(affine > 1.4 * roundRobin, `affine: ${affine}, round robin: ${roundRobin}`);
});
