import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type LiveProgram, startProgram } from '../support/live-program.ts';
import { type Ended, runProgram } from '../support/program.ts';

const MAIN = 'sandbox/demo/main.ts';
const SIZES = ['--windows', '4', '--rows', '300', '--objects', '6'];
const ENVIRONMENT = { WINDROW_DASHBOARD_PORT: '0' };

let home = '';
let live: LiveProgram;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'windrow-beside-'));
  live = startProgram(MAIN, ['--home', home, ...SIZES], ENVIRONMENT);
  await live.hears('A new window every 30 seconds');
});
afterAll(async () => {
  await live.end('SIGKILL');
  await rm(home, { recursive: true, force: true });
});

function demo(...words: readonly string[]): Promise<Ended> {
  return runProgram(MAIN, ['--exit', '--json', '--home', home, ...SIZES, ...words], ENVIRONMENT);
}

// The claims build on each other, as the commands of a person do.
describe('beside a live demo', () => {
  it.each([[], ['--fresh']])('another one on the same state says who uses it: %j', async (...words) => {
    const { code, out, err } = await demo(...words);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(
      `E_SANDBOX_IN_USE: The stand-ins in ${join(home, 'sandbox')} are in use by process ${live.pid}`,
    );
    expect(err).not.toContain('    at ');
  });

  it('nothing was lost: it ends in order, and what it loaded is verified', async () => {
    expect(await live.end('SIGINT')).toEqual([0, null]);
    const { code, out } = await demo();
    expect({ code, result: JSON.parse(out) }).toMatchObject({ code: 0, result: { verified: true, mismatches: [] } });
  });
});
