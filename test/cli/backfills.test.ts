import { Temporal } from '#framework';
import { InvalidArgumentError } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { momentArgument, paramArgument } from '../../framework/cli/arguments.ts';
import { type Installation, openInstallationFolder, windrow, windrowJson } from './windrow.ts';

const DAYS = '--dag daily --from 2026-01-20 --to 2026-01-23';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

describe('backfill', () => {
  it('shows with --dry-run what each window would do, and stores nothing', async () => {
    const { code, out } = await windrow(at, `backfill create ${DAYS} --reverse --dry-run`);
    expect(code).toBe(0);
    expect(out).toMatch(/2026-01-21T23:00Z\.\.2026-01-22T23:00Z +absent +run[^]*2026-01-19T23:00Z\.\./);
    expect(out).toContain('Dry run: nothing was changed.');
    expect(await windrowJson(at, 'backfill list')).toEqual({ code: 0, json: [] });
  });

  it('is created, listed, shown, paused, resumed and cancelled', async () => {
    const anna = { WINDROW_USER: 'anna' };
    const made = await windrowJson(at, `backfill create ${DAYS} --max-active 2 --param file=00012`, anna);
    expect(made).toMatchObject({
      code: 0,
      json: {
        id: 1,
        state: 'running',
        createdBy: 'anna',
        params: { file: '00012' },
        counts: { pending: 1, active: 2 },
      },
    });
    expect((await windrow(at, 'backfill list --dag daily')).out).toMatch(/1 +daily +running/);
    expect((await windrow(at, 'backfill show 1')).out).toMatch(/2 at once, the oldest first[^]*active +\d+/);
    expect((await windrow(at, 'backfill show 1 --after 0')).code).toBe(0);
    expect((await windrow(at, 'runs list --dag daily')).out).toContain('backfill');
    expect((await windrow(at, 'explain backfill 1')).out).toMatch(
      /^backfill 1: running\n- Backfill 1 of "daily" has 2 active windows, of runs \d+, \d+\. \[windows_active\]\n- Window .* \[backfill_full\]/,
    );
    expect(await windrow(at, 'explain backfill 999')).toMatchObject({ code: 3 });
    expect((await windrow(at, 'backfill pause 1')).out).toContain('Backfill 1 is paused. Of 3 windows: 1 pending');
    expect(await windrow(at, 'backfill pause 1')).toMatchObject({ code: 4 });
    expect((await windrowJson(at, 'backfill resume 1')).json).toMatchObject({ state: 'running' });
    expect((await windrowJson(at, 'backfill cancel 1')).json).toMatchObject({
      state: 'cancelled',
      counts: { cancelled: 3 },
    });
    expect(await windrow(at, 'backfill cancel 1')).toMatchObject({ code: 4 });
    const { out } = await windrow(at, 'backfill show 1');
    expect(out).toMatch(/created +\S+ \S+ by anna\n/);
    expect(out).toMatch(
      / ended .*state "cancelled"\n.* cancelled +\w.*\n.* resumed .*\n.* paused .*\n.* created +anna +windows 3$/m,
    );
  });

  it.each([
    ['--dag daly --from 2026-01-20 --to 2026-01-23', 3, 'Did you mean "daily"?'],
    ['--dag hello --from 2026-01-20 --to 2026-01-23', 4, 'has no schedule'],
    ['--dag daily --from 2026-01-23 --to 2026-01-20', 4, 'is not before --to'],
    ['--dag daily --from 2026-01-20 --to 2099-01-01', 4, 'has not passed yet'],
    [`${DAYS} --only failed`, 4, 'None of the 3 windows'],
    [`${DAYS} --param colour=red`, 4, 'colour'],
    ['--dag hourly --from 2026-01-20 --to 2026-01-21 --reverse', 4, 'strict order'],
    ['--dag daily --from 2026-02-30 --to 2026-03-02', 2, 'not a day of the calendar'],
    ['--dag daily --from noon --to 2026-03-02', 2, 'not a moment with a zone'],
    ['--dag daily --from 2026-01-20', 2, '--to'],
    [`${DAYS} --max-active 0`, 2, 'whole number'],
  ])('create %s ends with %i and says "%s"', async (words, code, why) => {
    expect(await windrow(at, `backfill create ${words}`)).toMatchObject({ code, err: expect.stringContaining(why) });
  });

  it.each(['show', 'pause', 'resume', 'cancel'])('%s of one that does not exist ends with 3', async (verb) => {
    expect(await windrow(at, `backfill ${verb} 999`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('There is no backfill 999.'),
    });
  });
});

describe('words of a backfill', () => {
  it('reads moments and dates', () => {
    expect(momentArgument('2026-01-20')).toEqual(Temporal.PlainDate.from('2026-01-20'));
    expect(momentArgument('2026-01-20T01:00+01:00').toString()).toBe('2026-01-20T00:00:00Z');
  });

  it('gathers parameters: JSON where it reads as such, text otherwise', () => {
    const first = paramArgument('full=true', {});
    expect(paramArgument('path=a=b', first)).toEqual({ full: true, path: 'a=b' });
    expect(paramArgument('id="12"', {})).toEqual({ id: '12' });
    expect(() => paramArgument('full', {})).toThrow(InvalidArgumentError);
  });
});
