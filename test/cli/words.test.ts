import { Secret, Temporal } from '#framework';
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  idArgument,
  limitArgument,
  paramsArgument,
  phaseArgument,
  windowArgument,
} from '../../framework/cli/arguments.ts';
import { EXIT_CODES, exitCodesHelp } from '../../framework/cli/exit-codes.ts';
import { failureAnswer } from '../../framework/cli/failure-answer.ts';
import { nearNames, unknownName } from '../../framework/cli/near-names.ts';
import { plainLog } from '../../framework/cli/plain-log.ts';
import { facts, table } from '../../framework/cli/table.ts';
import { ConfigFailure, DataFailure, RemoteFailure } from '../../framework/core/failures.ts';

describe('a window on the command line', () => {
  it.each([
    ['2026-01-20T13:15Z..2026-01-20T13:30Z', '2026-01-20T13:15:00Z', '2026-01-20T13:30:00Z'],
    ['2026-01-20T08:15-05:00..2026-01-20T13:30Z', '2026-01-20T13:15:00Z', '2026-01-20T13:30:00Z'],
    ['2000-01-01T00:00:00Z..2026-01-01T00:00:00.5Z', '2000-01-01T00:00:00Z', '2026-01-01T00:00:00.5Z'],
  ])('reads %s', (text, from, to) => {
    const { start, end, zone } = windowArgument(text);
    expect([start.toString(), end.toString(), zone]).toEqual([from, to, 'UTC']);
  });

  it.each([
    ['2026-01-20T13:15Z', 'Expected START..END'],
    ['2026-01-20..2026-01-21', '"2026-01-20" is not a moment with a zone'],
    ['2026-01-20T13:15..2026-01-20T13:30', 'is not a moment with a zone'],
    ['2026-01-20T13:15Z..9999-12-31T23:59:59.9999999Z', 'Expected a moment of the years 1 to 9999'],
    ['2026-01-20T13:30Z..2026-01-20T13:15Z', 'ends before it begins'],
    ['2026-01-20T13:30Z..2026-01-20T13:30Z', 'ends before it begins, or is empty'],
    ['2026-01-20T13:15Z..2026-01-20T13:30Z..2026-01-20T13:45Z', 'Expected START..END'],
    ['', 'Expected START..END'],
  ])('refuses "%s"', (text, why) => {
    expect(() => windowArgument(text)).toThrow(InvalidArgumentError);
    expect(() => windowArgument(text)).toThrow(why);
  });
});

describe('other words on the command line', () => {
  it('takes phases in any case and names them all when it cannot', () => {
    expect(phaseArgument('stage_to_target')).toBe('STAGE_TO_TARGET');
    expect(() => phaseArgument('LOAD')).toThrow('SOURCE_TO_STAGE, STAGE_TO_TARGET, AUDIT');
  });

  it.each(['0', '-1', '1.5', 'one', '', '9007199254740993'])('refuses "%s" as the number of a record', (text) => {
    expect(() => idArgument(text)).toThrow('whole number above zero');
  });

  it('limits lists to 10000', () => {
    expect(limitArgument('10000')).toBe(10_000);
    expect(() => limitArgument('10001')).toThrow('from 1 to 10000');
  });

  it.each(['[1]', '1', '{', 'x=1'])('refuses %s as params', (text) => {
    expect(() => paramsArgument(text)).toThrow('Expected a JSON object');
  });
});

describe('names that are not known', () => {
  const KNOWN = ['veeva_incremental', 'veeva_full', 'veeva_log'];

  it('suggests the nearest', () => {
    expect(nearNames('veeva_ful', KNOWN)).toEqual(['veeva_full', 'veeva_log']);
    expect(unknownName('dag', 'incremental', KNOWN)).toBe(
      'There is no dag "incremental". Did you mean "veeva_incremental"?',
    );
  });

  it('lists all where none is near', () => {
    expect(unknownName('dag', 'zzz', KNOWN)).toContain('Known: "veeva_incremental", "veeva_full", "veeva_log".');
  });
});

describe('tables', () => {
  it('aligns texts left and numbers right, and shows what is absent as a dash', () => {
    const text = table(
      ['name', 'rows'],
      [
        ['a', 5],
        ['longer', 1000],
        [null, undefined],
      ],
      'none',
    );
    expect(text).toBe(['NAME    ROWS', 'a          5', 'longer  1000', '-          -'].join('\n'));
  });

  it('says so when there is nothing', () => {
    expect(table(['name'], [], 'There are no dags.')).toBe('There are no dags.');
  });

  it('keeps a value of several lines on one', () => {
    expect(
      facts([
        ['error', 'first\n  second'],
        ['id', 7],
      ]),
    ).toBe('error  first second\nid     7');
  });
});

describe('the log for people', () => {
  it('shows level, words and fields, and nothing secret', () => {
    const lines: string[] = [];
    const clock = { now: () => Temporal.Instant.from('2026-01-20T13:15:02.25Z') };
    const log = plainLog({ level: 'info', clock, write: (line) => lines.push(line) }).child({ task: 'load' });
    log.info('Loaded', { rows: 3, note: 'two words', token: new Secret('tiger') as never });
    log.debug('unseen');
    expect(lines).toEqual(['13:15:02.250 info  Loaded task=load rows=3 note="two words" token=[secret]']);
  });
});

describe('exit codes', () => {
  it('are distinct, and the help names each', () => {
    const codes = Object.values(EXIT_CODES).map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, meaning } of Object.values(EXIT_CODES))
      expect(exitCodesHelp()).toContain(`${String(code).padEnd(4)}${meaning}`);
  });

  it.each([
    [new ConfigFailure('E_SETTINGS', 'wrong', { problems: ['a', 'b'] }), 'config'],
    [new RemoteFailure('E_DATABASE_UNREACHABLE', 'gone'), 'unreachable'],
    [Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'unreachable'],
    [new DataFailure('E_X', 'bad data'), 'failed'],
    [new TypeError('x is not a function'), 'fault'],
  ])('follow from %s', (error, exit) => {
    expect(failureAnswer(error, { debug: false }).exit).toBe(exit);
  });

  it('show a stack for --debug only', () => {
    const error = new Error('odd', { cause: new Error('root') });
    expect(failureAnswer(error, { debug: false }).text).not.toContain('words.test.ts');
    expect(failureAnswer(error, { debug: true }).text).toMatch(/words\.test\.ts[^]*caused by Error: root/);
  });
});
