import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
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

function windrow(...words: readonly string[]): Promise<Ended> {
  return runProgram('framework/cli/main.ts', [...words, '--json'], { WINDROW_HOME: home });
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

  it("commands work with its stand-ins, whose address is nobody else's to read", async () => {
    expect((await stat(join(home, 'demo-environment.json'))).mode & 0o777).toBe(0o600);
    const [check, trigger] = [await windrow('config', 'check'), await windrow('dags', 'trigger', 'veeva_full')];
    expect({ code: check.code, result: JSON.parse(check.out) }).toMatchObject({ code: 0, result: { ok: true } });
    expect(trigger.err).toContain(`stand-ins of process ${live.pid}, which runs now`);
    // The Full is loaded already; before that is seen, every setting was needed.
    expect({ code: trigger.code, result: JSON.parse(trigger.out) }).toMatchObject({
      code: 4,
      result: { error: { code: expect.not.stringContaining('E_SETTINGS') } },
    });
  });

  it('nothing was lost: it ends in order, and what it loaded is verified', async () => {
    expect(await live.end('SIGINT')).toEqual([0, null]);
    expect(await readdir(home)).not.toContain('demo-environment.json');
    const { code, out } = await demo();
    expect({ code, result: JSON.parse(out) }).toMatchObject({ code: 0, result: { verified: true, mismatches: [] } });
  });
});
