// Soak in a small form; `npm run soak` is the large one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flatness } from './lib/flatness.mjs';
import { runSoak } from './soak.mjs';

test('40 streams for 15 s: all whole, memory flat', async () => {
  const { problems, streams, events } = await runSoak({ seconds: 15, streams: 40 });
  assert.deepEqual(problems, []);
  assert.ok(streams >= 40 && events > 5000, `${streams} streams, ${events} events`);
});

test('memory that grows is seen', () => {
  const samples = Array.from({ length: 90 }, (_, i) => ({ at_s: i, flat: 50, grows: 50 + i }));
  assert.deepEqual(flatness(samples, 'flat'), { first: 50, last: 50, peak: 50, slope: 0 });
  const { first, last, peak, slope } = flatness(samples, 'grows');
  assert.ok(last - first > 50 && peak === 139 && Math.abs(slope - 60) < 1e-6);
});
