import { describe, expect, it } from 'vitest';

import { fieldText, momentOf } from '../../../dashboard/web/src/format/moment-text.ts';
import { writtenParams } from '../../../dashboard/web/src/format/params-text.ts';
import { shellWord } from '../../../dashboard/web/src/format/shell-word.ts';
import { backfillCommand } from '../../../dashboard/web/src/pages/backfill/backfill-command.ts';
import { readRunForm } from '../../../dashboard/web/src/pages/dag/operate/run-form.ts';
import { countParts, countsText } from '../../../dashboard/web/src/pages/backfill/window-counts.ts';
import { sensorState } from '../../../dashboard/web/src/pages/schedules/sensor-state.ts';
import { readCursorForm } from '../../../dashboard/web/src/pages/sensor/cursor-form.ts';
import { readForm } from '../../../dashboard/web/src/pages/backfills/backfill-form.ts';

describe('a field for a moment', () => {
  it.each([
    ['2026-01-20T13:15:00Z', '2026-01-20T13:15'],
    ['2026-01-20T13:15:02.5Z', '2026-01-20T13:15:02'],
    ['', ''],
    ['yesterday', ''],
  ])('shows %j as %j in UTC', (moment, text) => {
    expect(fieldText(moment, 'utc')).toBe(text);
  });

  it("gives back in UTC what was written in the viewer's own clock", () => {
    const moment = momentOf('2026-01-20T13:15', 'local');
    expect(moment).toBe(new Date(2026, 0, 20, 13, 15).toISOString().replace('.000Z', 'Z'));
    expect(fieldText(moment, 'local')).toBe('2026-01-20T13:15');
    expect(momentOf('2026-01-20T13:15', 'utc')).toBe('2026-01-20T13:15:00Z');
    expect(momentOf('', 'utc')).toBe('');
  });
});

describe('a year that is being written, digit by digit', () => {
  it.each(['local', 'utc'] as const)('stays as it is in the clock %s', (clock) => {
    for (const written of ['0002-01-20T13:15', '0020-01-20T13:15', '0202-01-20T13:15', '2026-01-20T13:15'])
      expect(fieldText(momentOf(written, clock), clock)).toBe(written);
  });
});

describe('params', () => {
  it.each([
    ['  ', { kind: 'none' }],
    ['{"full": true}', { kind: 'params', params: { full: true } }],
    ['[1]', { kind: 'unreadable', why: expect.stringContaining('JSON object') }],
    ['null', { kind: 'unreadable', why: expect.stringContaining('JSON object') }],
    ['{"full"', { kind: 'unreadable', why: expect.stringContaining('no JSON') }],
  ])('written as %j are %o', (text, written) => {
    expect(writtenParams(text)).toEqual(written);
  });
});

describe('a word of a command line', () => {
  it.each([
    ['orders', 'orders'],
    ['the shop was closed', "'the shop was closed'"],
    ["it's", String.raw`'it'\''s'`],
    ['', "''"],
  ])('%j is %s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });
});

const WISH = {
  dag: 'orders',
  from: '2026-01-20T00:00:00Z',
  to: '2026-01-21T00:00:00Z',
  only: 'missing',
  maxActive: 4,
  reverse: false,
  params: {},
} as const;

describe('the command of a backfill', () => {
  it('leaves out what is usual', () => {
    const stretch = '--from 2026-01-20T00:00:00Z --to 2026-01-21T00:00:00Z';
    expect(backfillCommand(WISH)).toBe(`windrow backfill create --dag orders ${stretch}`);
    const other = { ...WISH, only: 'all', maxActive: 2, reverse: true, params: { depot: 'the north' } } as const;
    expect(backfillCommand(other)).toBe(
      `windrow backfill create --dag orders ${stretch} --only all --max-active 2 --reverse --param 'depot="the north"'`,
    );
  });
});

describe('the form of a backfill', () => {
  const form = { ...WISH, maxActive: '4', params: '' };
  it.each([
    [form, true],
    [{ ...form, dag: '' }, false],
    [{ ...form, to: '' }, false],
    [{ ...form, maxActive: '0' }, false],
    [{ ...form, maxActive: 'many' }, false],
    [{ ...form, params: '{' }, false],
  ])('%o is whole: %s', (written, isWhole) => {
    expect(readForm(written).isWhole).toBe(isWhole);
  });
});

describe('the form of a run', () => {
  const [start, end] = ['2026-01-20T13:15:00Z', '2026-01-20T13:30:00Z'];
  const pipeline = { id: 'orders', isPipeline: true, byHand: { window: 'named', takesParams: false } } as const;
  const newest = { ...pipeline, byHand: { window: 'newest', takesParams: true } } as const;
  const plain = { id: 'shipments', isPipeline: false, byHand: { window: 'none', takesParams: true } } as const;
  const elsewhere = { ...pipeline, byHand: null };
  it.each([
    [pipeline, { start: '', end: '', params: '' }, false],
    [elsewhere, { start: '', end: '', params: '' }, false],
    [pipeline, { start, end: '', params: '' }, false],
    [pipeline, { start, end, params: '' }, true],
    [newest, { start: '', end: '', params: '' }, true],
    [newest, { start: '', end, params: '' }, false],
    [plain, { start: '', end: '', params: '{"a": 1}' }, true],
    [plain, { start: '', end: '', params: '{' }, false],
  ])('of %o with %o is whole: %s', (dag, form, isWhole) => {
    expect(readRunForm(dag, form).isWhole).toBe(isWhole);
  });

  it('says the command that does the same', () => {
    expect(readRunForm(newest, { start, end, params: '{"a": 1}' }).command).toBe(
      `windrow dags trigger orders --window ${start}..${end} --params '{"a":1}'`,
    );
  });
});

describe('the form of a cursor', () => {
  it.each([
    [{ deed: 'set', text: '{"day": "2026-01-20"}' }, { cursor: { day: '2026-01-20' } }, `--set '{"day":"2026-01-20"}'`],
    [{ deed: 'set', text: '3' }, { cursor: 3 }, '--set 3'],
    [{ deed: 'reset', text: '{' }, { cursor: null }, '--reset'],
  ] as const)('%o is sent as %o, and by %s', (form, body, words) => {
    const read = readCursorForm('arrivals', form);
    expect(read).toEqual({ body, command: `windrow sensors cursor arrivals ${words}`, trouble: undefined });
  });

  it('says what is wrong with it as it is written', () => {
    expect(readCursorForm('arrivals', { deed: 'set', text: '{' }).trouble).toContain('no JSON');
    expect(readCursorForm('arrivals', { deed: 'set', text: ' ' }).trouble).toBe('Write the new cursor.');
  });
});

describe('the state of a sensor', () => {
  const fine = { removedAt: null, paused: false, heldBy: null, failures: 0 };
  const heldBy = { kind: 'run', key: 'parcel 1', runId: 7, state: 'failed' } as const;
  it.each([
    [fine, 'active'],
    [{ ...fine, failures: 1 }, 'last poll failed'],
    [{ ...fine, failures: 3, heldBy }, 'held back'],
    [{ ...fine, paused: true, heldBy }, 'paused'],
    [{ ...fine, removedAt: '2026-01-20T13:15:00Z', paused: true }, 'removed from the code'],
  ])('%o reads "%s"', (sensor, words) => {
    expect(sensorState(sensor).words).toBe(words);
  });
});

describe('the bar of a backfill', () => {
  const counts = { pending: 2, active: 1, success: 3, failed: 2, skipped: 0, cancelled: 0 };
  it('has the ended windows first, and none without a count', () => {
    expect(countParts(counts).map(({ state }) => state)).toEqual(['success', 'failed', 'active', 'pending']);
    expect(countParts(counts).reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    expect(countsText(counts)).toBe('5 of 8 ended, 2 failed, 1 active');
  });
});
