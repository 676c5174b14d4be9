import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { Temporal } from '#framework';

import { findLiveEnvironment, publishEnvironment } from '../../sandbox/demo/live-environment.ts';
import { claimStandIns } from '../../sandbox/demo/stand-ins.ts';

const NOW = Temporal.Instant.from('2026-03-03T01:15Z');

it('leads to the stand-ins of a process in its simulated time, as long as that process holds them', async () => {
  const home = await mkdtemp(join(tmpdir(), 'windrow-live-'));
  const claim = claimStandIns(home);
  const environment = { VAULT_URL: 'http://127.0.0.1:1' };
  const published = publishEnvironment(home, { claim, environment, clock: { now: () => NOW } });
  expect(findLiveEnvironment(home)).toMatchObject({ pid: process.pid, environment });
  expect(findLiveEnvironment(home)?.clock.now().toString()).toBe(NOW.toString());

  const from = performance.now();
  published.tellRate(1_000_000);
  const passed = (findLiveEnvironment(home)?.clock.now() ?? NOW).since(NOW).total('milliseconds');
  expect(passed % 1_000_000).toBe(0);
  expect(passed).toBeLessThanOrEqual((performance.now() - from + 2) * 1_000_000);

  await claim.close();
  expect(findLiveEnvironment(home)).toBeUndefined();
  const other = claimStandIns(home);
  expect(findLiveEnvironment(home)).toBeUndefined();
  await other.close();
  await rm(home, { recursive: true });
});
