import { describe, expect, it } from 'vitest';

import {
  columnsOf,
  metadataFormat,
  metadataName,
  metadataNumber,
} from '../../../dashboard/web/src/components/metadata/metadata-text.ts';
import { nextPoint } from '../../../dashboard/web/src/components/plot/next-point.ts';
import { tickText } from '../../../dashboard/web/src/components/plot/tick-text.ts';
import { bytesText, numberText } from '../../../dashboard/web/src/format/number-text.ts';

describe('a number', () => {
  it.each([
    [0, '0'],
    [1_234_567, '1,234,567'],
    [12.345, '12.35'],
    [0.12345, '0.1235'],
    [0.000_012_34, '0.0000123'],
    [-3, '-3'],
  ])('%d reads %s', (value, text) => {
    expect(numberText(value)).toBe(text);
  });
});

describe('a number of bytes', () => {
  it.each([
    [0, '0 B'],
    [812, '812 B'],
    [1400, '1.4 kB'],
    [98_234_567, '98 MB'],
    [12_000_000_000, '12 GB'],
    [5e21, '5000000 PB'],
  ])('%d reads %s', (value, text) => {
    expect(bytesText(value)).toBe(text);
  });
});

describe('metadata', () => {
  it('is written in the unit of its type', () => {
    expect(metadataNumber('int', 1200)).toBe('1,200');
    expect(metadataNumber('duration', 1840)).toBe('1.8 s');
    expect(metadataFormat('bytes')(1400)).toBe('1.4 kB');
    expect(metadataFormat('something new')(1400)).toBe('1,400');
  });

  it('has names as people say them', () => {
    expect(metadataName('rows_loaded')).toBe('rows loaded');
  });

  it('shows every column of a table, also one that only later rows have', () => {
    expect(
      columnsOf([
        { id: 1, name: 'a' },
        { id: 2, note: 'b' },
      ]),
    ).toEqual(['id', 'name', 'note']);
  });
});

describe('a walk along a plot', () => {
  it('stays within the points', () => {
    expect(nextPoint('ArrowLeft', 0, 9)).toBe(0);
    expect(nextPoint('ArrowRight', 9, 9)).toBe(9);
    expect(nextPoint('ArrowLeft', 5, 9)).toBe(4);
    expect([nextPoint('Home', 5, 9), nextPoint('End', 5, 9)]).toEqual([0, 9]);
  });
});

describe('a label below a plot', () => {
  it.each([
    ['2026-01-20T13:15Z', '01-20 13:15'],
    ['2026-01-20T13:00-05:00', '01-20 13:00'],
    ['2026-01-20 13:15', '01-20 13:15'],
    ['2026-01-20', '01-20'],
    ['eu', 'eu'],
    ['a name that is very long', 'a name that is…'],
  ])('of %s is %s', (label, text) => {
    expect(tickText(label)).toBe(text);
  });
});
