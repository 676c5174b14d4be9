import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  type PipelineOptions,
  Temporal,
  type Window,
  differences,
  nextPhase,
  parseDuration,
  parseWindowKind,
} from '#framework';

import { pipelineSpec } from '../../framework/dag/pipeline-spec.ts';
import { newRecords } from '../../framework/record/new-records.ts';
import { findPhase, isCompleted, previousPhase } from '../../framework/record/phase.ts';
import { validateRecord } from '../../framework/record/validate.ts';
import { failureOf } from '../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const window = (start: string, end: string, zone = 'UTC'): Window => ({ start: at(start), end: at(end), zone });

const NOW = '2026-01-21T00:00Z';

describe('phases', () => {
  it('follow each other in one order', () => {
    expect(nextPhase(undefined)).toBe('SOURCE_TO_STAGE');
    expect(nextPhase('SOURCE_TO_STAGE')).toBe('STAGE_TO_TARGET');
    expect(nextPhase('STAGE_TO_TARGET')).toBe('AUDIT');
    expect(nextPhase('AUDIT')).toBeUndefined();
    expect(previousPhase('SOURCE_TO_STAGE')).toBeUndefined();
    expect(previousPhase('AUDIT')).toBe('STAGE_TO_TARGET');
  });

  it.each([
    [undefined, [false, false, false]],
    ['SOURCE_TO_STAGE', [true, false, false]],
    ['STAGE_TO_TARGET', [true, true, false]],
    ['AUDIT', [true, true, true]],
  ] as const)('are completed up to the last completed one: %s', (phaseCompleted, expected) => {
    const phases = ['SOURCE_TO_STAGE', 'STAGE_TO_TARGET', 'AUDIT'] as const;
    expect(phases.map((phase) => isCompleted({ phaseCompleted }, phase))).toEqual(expected);
  });

  it('are found by name in either case, and only by their whole name', () => {
    expect(findPhase('stage_to_target')).toBe('STAGE_TO_TARGET');
    expect(findPhase('AUDIT')).toBe('AUDIT');
    expect(findPhase('stage')).toBeUndefined();
  });
});

describe('a new record', () => {
  const made = (options: PipelineOptions, each: Window, kind?: string) =>
    newRecords(
      {
        pipelineId: 'products',
        spec: pipelineSpec(options),
        ...(kind === undefined ? {} : { windows: parseWindowKind(kind) }),
      },
      [each],
    )[0];

  it('has the day of its start in the zone of its window', () => {
    expect(made({}, window('2026-01-20T04:45Z', '2026-01-20T05:00Z', 'America/New_York'))?.targetDay.toString()).toBe(
      '2026-01-19',
    );
    expect(made({}, window('2026-01-20T18:30Z', '2026-01-20T18:45Z', 'Asia/Kolkata'))?.targetDay.toString()).toBe(
      '2026-01-21',
    );
    expect(made({}, window('2026-01-20T18:30Z', '2026-01-20T18:45Z'))?.targetDay.toString()).toBe('2026-01-20');
  });

  it('has the interval of its schedule, or else its own length', () => {
    const springDay = window('2026-03-08T05:00Z', '2026-03-09T04:00Z', 'America/New_York');
    expect(made({}, springDay, '1 day in America/New_York')?.timeInterval).toBe('1 day');
    expect(made({}, springDay)?.timeInterval).toBe('23h');
  });

  it('has the business keys that its functions compute, and none where they have no value', () => {
    const options: PipelineOptions = {
      sourceName: 'elasticsearch',
      targetName: 'snowflake',
      businessKeys: {
        key_x: ({ pipelineId, targetDay, timeInterval }) => `${pipelineId}/${targetDay.toString()}/${timeInterval}`,
        key_y: ({ window: { end } }) => end.epochMilliseconds,
        key_z: () => undefined,
      },
    };
    expect(made(options, window('2026-01-20T12:00Z', '2026-01-20T14:00Z'))).toMatchObject({
      sourceName: 'elasticsearch',
      targetName: 'snowflake',
      businessKeys: { key_x: 'products/2026-01-20/2h', key_y: Date.parse('2026-01-20T14:00Z') },
    });
    expect(made(options, window('2026-01-20T12:00Z', '2026-01-20T14:00Z'))?.businessKeys).not.toHaveProperty('key_z');
  });

  it('is refused, with the key named, when a function throws', () => {
    const key_x = (): string => {
      throw new RangeError('no path');
    };
    const failure = failureOf(() =>
      made({ businessKeys: { key_x } }, window('2026-01-20T12:00Z', '2026-01-20T14:00Z')),
    );
    expect(failure).toMatchObject({ name: 'DataFailure', code: 'E_BUSINESS_KEY', cause: expect.any(RangeError) });
    expect(failure.message).toContain('"key_x" cannot be computed for the window 2026-01-20T12:00Z..2026-01-20T14:00Z');
  });
});

describe('validating a record', () => {
  const record = {
    pipelineId: 'products',
    targetDay: Temporal.PlainDate.from('2026-01-20'),
    window: window('2026-01-20T12:00Z', '2026-01-20T12:15Z'),
    timeInterval: '15m',
    businessKeys: { key_x: 'a', key_y: '', key_n: 0, key_f: false },
  };
  const lagMs = parseDuration('2m');

  it.each<[string, string[], string, object]>([
    ['valid once its lag is over', [], '2026-01-20T12:17Z', { kind: 'valid' }],
    [
      'too early a millisecond before',
      [],
      '2026-01-20T12:16:59.999Z',
      { kind: 'future', readyAt: at('2026-01-20T12:17Z') },
    ],
    [
      'complete with every column',
      ['pipeline_id', 'target_day', 'window_start_time', 'window_end_time', 'time_interval'],
      NOW,
      { kind: 'valid' },
    ],
    ['complete where a key is zero or false', ['key_x', 'key_n', 'key_f'], NOW, { kind: 'valid' }],
    [
      'incomplete, naming every absent field in order',
      ['key_z', 'key_x', 'key_y'],
      NOW,
      { kind: 'incomplete', absent: ['key_z', 'key_y'] },
    ],
    [
      'incomplete for a name that only JavaScript knows',
      ['toString'],
      NOW,
      { kind: 'incomplete', absent: ['toString'] },
    ],
    ['incomplete rather than early', ['key_z'], '2026-01-20T12:00Z', { kind: 'incomplete', absent: ['key_z'] }],
  ])('finds it %s', (_, ...[checkFields, now, expected]) => {
    expect(validateRecord(record, { checkFields, lagMs }, at(now))).toEqual(expected);
  });

  it('misses each column that is empty', () => {
    expect(validateRecord({ ...record, timeInterval: '' }, { checkFields: ['time_interval'], lagMs }, at(NOW))).toEqual(
      {
        kind: 'incomplete',
        absent: ['time_interval'],
      },
    );
  });
});

describe('differences of counts', () => {
  it.each([
    [100, 100, 0, '0.00'],
    [0, 0, 0, '0.00'],
    [0, 5, -5, undefined],
    [5, 0, 5, '100.00'],
    [3, 2, 1, '33.33'],
    [3, 1, 2, '66.67'],
    [3, 4, -1, '-33.33'],
    [200, 199, 1, '0.50'],
    [20_000, 19_999, 1, '0.01'],
    [20_001, 20_000, 1, '0.00'],
    [20_000, 20_001, -1, '-0.01'],
    [30_000, 30_001, -1, '0.00'],
    [1, 4, -3, '-300.00'],
    [Number.MAX_SAFE_INTEGER, 1, Number.MAX_SAFE_INTEGER - 1, '100.00'],
  ])('of %d and %d are %d rows and %s percent', (source, target, ...[countDifference, percentageDifference]) => {
    expect(differences(source, target)).toEqual({ countDifference, percentageDifference });
  });

  it('are off by at most half a hundredth of a percent', () => {
    const rows = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(rows, rows, (source, target) => {
        const hundredths = BigInt((differences(source, target).percentageDifference ?? '').replace('.', ''));
        const error = hundredths * BigInt(source) - BigInt(source - target) * 10_000n;
        expect((error < 0n ? -error : error) * 2n <= BigInt(source)).toBe(true);
      }),
    );
  });
});
