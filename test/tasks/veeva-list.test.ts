import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Temporal, type Window } from '#framework';

import { type ExtractKind, KIND_FACTS } from '../../tasks/veeva/files/extract-kind.ts';
import { parseFileName } from '../../tasks/veeva/files/file-name.ts';
import { readFileList } from '../../tasks/veeva/files/file-list.ts';
import { matchWindow } from '../../tasks/veeva/files/match-window.ts';
import { failureOf } from '../support/failure-of.ts';

const at = (text: string): Temporal.Instant => Temporal.Instant.from(text);
const window = (start: string, end: string): Window => ({ start: at(start), end: at(end), zone: 'UTC' });
const quarter = window('2026-01-20T13:15Z', '2026-01-20T13:30Z');
const soon = at('2026-01-20T13:46Z');

function item(name: string, start: string, stop: string): Record<string, unknown> {
  const extractType = KIND_FACTS[parseFileName(name)?.kind ?? 'incremental'].extractType;
  const filename = `${name}.tar.gz`;
  return {
    name,
    filename,
    extract_type: extractType,
    start_time: start,
    stop_time: stop,
    record_count: 7,
    size: 100,
    fileparts: 1,
    filepart_details: [
      {
        name: `${name}.001`,
        filename: `${filename}.001`,
        filepart: 1,
        size: 100,
        md5checksum: '0CC175B9C0F1B6A831C399E269772661',
      },
    ],
  };
}

const earlier = item('143462-20260120-1315-N', '2026-01-20T13:00Z', '2026-01-20T13:15Z');
const own = item('143462-20260120-1330-N', '2026-01-20T13:15Z', '2026-01-20T13:30Z');
const later = item('143462-20260120-1345-N', '2026-01-20T13:30Z', '2026-01-20T13:45Z');
const hole = {
  name: '143462-20260120-1330-N',
  error: { next_retry: '2026-01-20T14:15Z', message: 'Failed to publish.' },
};

function match(
  data: readonly unknown[],
  wanted: { readonly kind?: ExtractKind; readonly window?: Window; readonly now?: Temporal.Instant } = {},
) {
  return matchWindow(readFileList({ data }).items, { kind: 'incremental', window: quarter, now: soon, ...wanted });
}

describe('the list of Direct Data files', () => {
  it('is read with times in minutes and in seconds, and with md5 in either case or absent', () => {
    const { md5checksum, ...withoutMd5 } = (own['filepart_details'] as Record<string, unknown>[])[0] ?? {};
    const [first, second] = readFileList({
      data: [own, { ...later, start_time: '2026-01-20T13:30:00Z', filepart_details: [withoutMd5] }],
    }).items;
    expect(first).toMatchObject({ kind: 'file', rows: 7, parts: [{ md5: String(md5checksum).toLowerCase() }] });
    expect(second).toMatchObject({ kind: 'file', start: at('2026-01-20T13:30Z'), parts: [{ md5: undefined }] });
  });

  it('is sorted by stop time whatever the order of the answer', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([earlier, own, later], { minLength: 3 }), (data) => {
        expect(readFileList({ data }).items.map(({ name }) => name)).toEqual(
          [earlier, own, later].map(({ name }) => name),
        );
      }),
    );
  });

  it('reads the stop time of a failed window from its name', () => {
    expect(readFileList({ data: [hole] }).items).toEqual([
      {
        kind: 'hole',
        name: hole.name,
        extractKind: 'incremental',
        stop: at('2026-01-20T13:30Z'),
        nextRetry: at('2026-01-20T14:15Z'),
        message: 'Failed to publish.',
      },
    ]);
  });

  it.each([[[hole, own]], [[own, hole]], [[own, own]]])('keeps one published file per name', (data) => {
    expect(readFileList({ data }).items).toMatchObject([{ kind: 'file', name: own['name'] }]);
  });

  it('leaves files of an unknown kind alone and names them', () => {
    const { items, ignored } = readFileList({ data: [own, { ...later, extract_type: 'weekly_directdata' }] });
    expect(items).toHaveLength(1);
    expect(ignored).toEqual([later['name']]);
  });

  it.each([
    ['an answer without data', { total: 0 }],
    ['a name that climbs', { data: [{ ...own, filename: '../../etc/passwd' }] }],
    ['a time that is none', { data: [{ ...own, stop_time: 'noon' }] }],
    ['a negative size', { data: [{ ...own, size: -1 }] }],
  ])('refuses %s', (_what, answer) => {
    expect(failureOf(() => readFileList(answer)).code).toBe('E_VAULT_LIST_UNREADABLE');
  });
});

describe('matching a window', () => {
  it('takes the file with the same start and stop, never the latest', () => {
    expect(match([later, own, earlier])).toMatchObject({ kind: 'file', file: { name: own['name'] } });
  });

  it('does not take a file that only ends at the same time', () => {
    expect(match([{ ...own, start_time: '2026-01-20T13:00Z' }])).toMatchObject({ kind: 'not_published' });
  });

  it('waits for the announced retry of a failed window, though later files are there', () => {
    expect(match([hole, later])).toMatchObject({ kind: 'hole', until: at('2026-01-20T14:15Z') });
  });

  it('asks again within a minute when the announced retry has passed', () => {
    expect(match([hole], { now: at('2026-01-20T15:00Z') })).toMatchObject({
      kind: 'hole',
      until: at('2026-01-20T15:01Z'),
    });
  });

  it('waits until the file is due, then minute by minute', () => {
    expect(match([earlier], { now: at('2026-01-20T13:31Z') })).toMatchObject({
      kind: 'not_published',
      until: at('2026-01-20T13:45Z'),
    });
    expect(match([earlier])).toMatchObject({ kind: 'not_published', until: at('2026-01-20T13:47Z') });
  });

  it('says so when later files are listed already', () => {
    const found = match([later]);
    expect(found.kind === 'not_published' && found.reason).toContain('Vault has a hole here');
  });

  it.each([
    { kind: 'incremental', wanted: quarter, ends: '2026-01-30T13:30Z', advice: 'only a new Full repairs this' },
    {
      kind: 'log',
      wanted: window('2026-01-19T08:00Z', '2026-01-20T08:00Z'),
      ends: '2026-01-22T08:00Z',
      advice: 'audit trail',
    },
  ] as const)('gives up on a file ($kind) once its retention has passed', ({ kind, wanted, ends, advice }) => {
    expect(match([], { kind, window: wanted, now: at(ends) }).kind).toBe('not_published');
    const found = match([hole], { kind, window: wanted, now: at(ends).add({ minutes: 1 }) });
    expect(found.kind === 'expired' && found.reason).toContain(advice);
  });

  it('takes the log file that ends with the day, also when the day has 23 or 25 hours', () => {
    const log = item('143462-20260308-0800-L', '2026-03-07T08:00Z', '2026-03-08T08:00Z');
    const short = window('2026-03-07T09:00Z', '2026-03-08T08:00Z');
    expect(match([log, own], { kind: 'log', window: short, now: at('2026-03-08T09:10Z') })).toMatchObject({
      kind: 'file',
      file: { name: log['name'] },
    });
  });

  it('takes the Full that stops where the window ends, and no earlier one', () => {
    const full = (day: string) => item(`143462-202601${day}-0800-F`, '2000-01-01T00:00Z', `2026-01-${day}T08:00Z`);
    const wanted = { kind: 'full', now: at('2026-01-20T10:00Z') } as const;
    const listed = [full('19'), full('20'), own];
    expect(match(listed, { ...wanted, window: window('2000-01-01T00:00Z', '2026-01-20T08:00Z') })).toMatchObject({
      file: { name: '143462-20260120-0800-F' },
    });
    expect(match(listed, { ...wanted, window: window('2026-01-18T08:00Z', '2026-01-19T08:00Z') })).toMatchObject({
      file: { name: '143462-20260119-0800-F' },
    });
    expect(match(listed, { ...wanted, window: window('2000-01-01T00:00Z', '2026-01-20T10:00Z') })).toMatchObject({
      kind: 'not_published',
    });
  });
});
