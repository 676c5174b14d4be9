import { Temporal, type RecordStatus, recordId } from '#framework';
import { describe, expect, it } from 'vitest';

import { type ExtractKind, findGaps } from '../../tasks/veeva/index.ts';
import type { ListedItem } from '../../tasks/veeva/index.ts';
import { type PageOfRecords, comparedRecords } from '../../tasks/veeva-redshift/compared-records.ts';

const NOW = Temporal.Instant.from('2026-01-20T14:05Z');

describe('findGaps', () => {
  it('finds none where windows are loaded or wait for their turn', () => {
    const items = [file('13:00'), file('13:15'), file('13:30')];
    const records = [record(1, '13:00', 'COMPLETED'), record(2, '13:15', 'IN_PROGRESS'), record(3, '13:30', 'PENDING')];
    expect(gaps({ items, records })).toEqual([]);
  });

  it('names a hole with the moment of the next try', () => {
    const items = [file('13:00'), hole('13:15'), file('13:30')];
    const records = [record(1, '13:00', 'COMPLETED'), record(2, '13:15', 'PENDING'), record(3, '13:30', 'PENDING')];
    expect(gaps({ items, records })).toEqual([
      expect.objectContaining({
        kind: 'hole',
        record: 2,
        file: '143462-20260120-1315-N',
        reason: expect.stringContaining('could not publish'),
        remedy: expect.stringContaining('2026-01-20T14:15:00Z'),
      }),
    ]);
  });

  it.each([
    ['2026-01-20T13:44Z', []],
    ['2026-01-20T13:46Z', ['late']],
    ['2026-01-30T13:31Z', ['expired']],
  ])('says of a file that is not listed at %s: %j', (now, kinds) => {
    const found = gaps({ items: [], records: [record(1, '13:30', 'PENDING')], now: Temporal.Instant.from(now) });
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each([
    ['vault_all', 'windrow dags trigger vault_all: '],
    [undefined, 'windrow dags trigger, of a pipeline that loads Fulls and covers changes: '],
  ])('names the Full %s that a window needs whose file is listed no more', (coveredBy, command) => {
    const now = Temporal.Instant.from('2026-01-30T13:31Z');
    const records = [record(1, '13:30', 'FAILED')];
    const [found] = findGaps({ kind: 'incremental', pipelineId: 'changes', coveredBy, items: [], records, now });
    expect(found).toMatchObject({ kind: 'expired', remedy: expect.stringMatching(`^${command}`) });
  });

  it.each(['FAILED', 'CANCELLED'] as const)('names a window that is %s although its file is there', (status) => {
    const [found] = gaps({ items: [file('13:00')], records: [record(7, '13:00', status)] });
    expect(found).toMatchObject({ kind: 'stopped', record: 7, remedy: expect.stringContaining('records rerun 7') });
  });

  it('names times that no record covers, in whatever order the records come', () => {
    const records = [record(2, '13:45', 'COMPLETED'), record(1, '13:00', 'COMPLETED')];
    const found = gaps({ items: [file('13:00'), file('13:45')], records });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      kind: 'no_record',
      window: { start: at('13:00'), end: at('13:30') },
      remedy: expect.stringContaining('--dag veeva_incremental --from 2026-01-20T13:00:00Z --to 2026-01-20T13:30:00Z'),
    });
  });

  it('names a listed file whose times are those of no record, within the records only', () => {
    const odd = file('13:07');
    const records = [record(1, '13:00', 'COMPLETED'), record(2, '13:15', 'COMPLETED')];
    const found = gaps({ items: [file('12:45'), file('13:00'), odd, file('13:15'), file('13:30')], records });
    expect(found.map(({ kind, file: name }) => [kind, name])).toEqual([['odd_file', odd.name]]);
  });

  it('takes no Full for odd, and knows that a log day has 23 or 25 hours where clocks change', () => {
    expect(gaps({ kind: 'full', items: [], records: [record(1, '13:00', 'COMPLETED')] })).toEqual([]);
    const day = { start: Temporal.Instant.from('2026-03-08T05:00Z'), end: Temporal.Instant.from('2026-03-09T04:00Z') };
    const log: ListedItem = {
      ...file('13:00'),
      extractKind: 'log',
      start: day.end.subtract({ hours: 24 }),
      stop: day.end,
    };
    const before = { start: day.start.subtract({ hours: 24 }), end: day.start, zone: 'America/New_York' };
    const records = [
      { id: recordId(1), window: before, status: 'COMPLETED' as const },
      { id: recordId(2), window: { ...day, zone: 'America/New_York' }, status: 'PENDING' as const },
    ];
    const now = Temporal.Instant.from('2026-03-09T06:00Z');
    expect(
      findGaps({ kind: 'log', pipelineId: 'veeva_log', coveredBy: undefined, items: [log], records, now }),
    ).toEqual([]);
  });
});

describe('comparedRecords', () => {
  /** Ids from the newest down, as a store gives them. */
  const store = (statuses: readonly RecordStatus[]) => async (page: PageOfRecords) =>
    statuses
      .map((status, index) => ({ id: index + 1, status }))
      .filter(({ id, status }) => id < (page.before ?? Infinity) && status === (page.status ?? status))
      .toReversed()
      .slice(0, page.limit);

  it('leaves no record out between the oldest that waits and the newest', async () => {
    const statuses: RecordStatus[] = ['COMPLETED', 'FAILED', ...Array<RecordStatus>(4500).fill('PENDING')];
    const ids = (await comparedRecords(store(statuses))).map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: ids.length }, (_none, index) => 4502 - index));
    expect(ids).toContain(2);
  });

  it('looks at the newest only where all are completed', async () => {
    expect(await comparedRecords(store(Array<RecordStatus>(4500).fill('COMPLETED')))).toHaveLength(2000);
    expect(await comparedRecords(store([]))).toEqual([]);
  });
});

describe('a log pipeline whose days end at other midnights than those of the Vault', () => {
  it('is told so, rather than to wait', () => {
    const day = (text: string): Temporal.Instant => Temporal.Instant.from(text);
    const log = (stop: string): ListedItem => ({
      ...file('13:00'),
      name: `143462-${stop.slice(0, 10).replaceAll('-', '')}-0800-L`,
      extractKind: 'log',
      start: day(stop).subtract({ hours: 24 }),
      stop: day(stop),
    });
    const window = { start: day('2026-01-19T00:00Z'), end: day('2026-01-20T00:00Z'), zone: 'UTC' };
    const records = [
      { id: recordId(1), window, status: 'IN_PROGRESS' as const },
      {
        id: recordId(2),
        window: { ...window, start: window.end, end: day('2026-01-21T00:00Z') },
        status: 'PENDING' as const,
      },
    ];
    const items = [log('2026-01-20T08:00Z'), log('2026-01-21T08:00Z')];
    const found = findGaps({
      kind: 'log',
      pipelineId: 'our_log',
      coveredBy: undefined,
      items,
      records,
      now: day('2026-01-21T10:00Z'),
    });
    expect(found.map(({ kind }) => kind)).toEqual(['late', 'odd_file', 'late']);
    for (const { remedy } of found) expect(remedy).toBe('name the zone of the Vault in the schedule of our_log');
  });
});

interface Given {
  readonly kind?: ExtractKind;
  readonly items: readonly ListedItem[];
  readonly records: Parameters<typeof findGaps>[0]['records'];
  readonly now?: Temporal.Instant;
}

function gaps({ kind = 'incremental', now = NOW, ...given }: Given) {
  return findGaps({ kind, pipelineId: 'veeva_incremental', coveredBy: 'veeva_full', now, ...given });
}

function at(time: string): Temporal.Instant {
  return Temporal.Instant.from(`2026-01-20T${time}Z`);
}

/** Of the quarter of an hour that ends then. */
function record(id: number, end: string, status: RecordStatus) {
  return { id: recordId(id), window: { start: at(end).subtract({ minutes: 15 }), end: at(end), zone: 'UTC' }, status };
}

function file(stop: string): ListedItem & { readonly kind: 'file' } {
  const name = `143462-20260120-${stop.replace(':', '')}-N`;
  return {
    kind: 'file',
    name,
    filename: `${name}.tar.gz`,
    extractKind: 'incremental',
    start: at(stop).subtract({ minutes: 15 }),
    stop: at(stop),
    rows: 1,
    bytes: 1,
    partCount: 1,
    parts: [],
  };
}

function hole(stop: string): ListedItem {
  return {
    kind: 'hole',
    name: `143462-20260120-${stop.replace(':', '')}-N`,
    extractKind: 'incremental',
    stop: at(stop),
    nextRetry: Temporal.Instant.from('2026-01-20T14:15Z'),
    message: 'Failed to publish incremental_directdata file.',
  };
}
