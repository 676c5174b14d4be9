import { describe, expect, it } from 'vitest';

import { Problem } from '../../../dashboard/web/src/api/problem.ts';
import { checkSentence } from '../../../dashboard/web/src/pages/asset/check-sentence.ts';
import { heldBy } from '../../../dashboard/web/src/pages/asset/held-by.ts';
import { rangeText } from '../../../dashboard/web/src/pages/asset/partitions/range-text.ts';
import { suggestedPartitions } from '../../../dashboard/web/src/pages/asset/partitions/suggested-partitions.ts';
import { plottedPoints } from '../../../dashboard/web/src/pages/asset/plotted-points.ts';
import { assetHref, assetPath } from '../../../dashboard/web/src/pages/assets/asset-address.ts';
import { groupedRows } from '../../../dashboard/web/src/pages/assets/grouped-rows.ts';
import {
  groupSelection,
  narrowed,
  selectionMistake,
} from '../../../dashboard/web/src/pages/assets/selection-mistake.ts';
import { assetExample } from './asset-examples.ts';

describe('the list of assets', () => {
  const assets = ['marts/a', 'marts/b', 'stage/a'].map((key) => assetExample(key));
  const groups = [
    { group: 'marts', assets: 2 },
    { group: 'stage', assets: 70 },
  ];

  it('stands below the names of the groups, with the count of all in a group', () => {
    expect(groupedRows(assets, groups, new Set())).toMatchObject([
      { kind: 'group', group: 'marts', assets: 2, isOpen: true },
      { asset: { key: 'marts/a' } },
      { asset: { key: 'marts/b' } },
      { kind: 'group', group: 'stage', assets: 70 },
      { asset: { key: 'stage/a' } },
    ]);
  });

  it('shows of a closed group only its name', () => {
    expect(groupedRows(assets, groups, new Set(['marts']))).toMatchObject([
      { group: 'marts', isOpen: false },
      { group: 'stage', isOpen: true },
      { asset: { key: 'stage/a' } },
    ]);
  });
});

describe('the address of an asset', () => {
  it('is its key as a path, and one segment in the API', () => {
    expect(assetHref('redshift/veeva/product__v', { view: 'checks' })).toBe(
      '/assets/redshift/veeva/product__v?view=checks',
    );
    expect(assetPath('redshift/veeva/product__v')).toBe('/assets/redshift%2Fveeva%2Fproduct__v');
  });
});

describe('a mistake in a selection', () => {
  const said = { status: 422, title: 'No', code: 'E_REQUEST_UNUSABLE', detail: 'No' };

  it('is a sentence and the place that the problem points at', () => {
    const place = { path: 'query.select', message: 'There is no asset "x".', at: 12 };
    expect(selectionMistake(new Problem({ ...said, places: [place] }))).toEqual({
      sentence: 'There is no asset "x".',
      at: 12,
    });
  });

  it('is none where something else went wrong', () => {
    expect(
      selectionMistake(new Problem({ ...said, places: [{ path: 'query.limit', message: 'No' }] })),
    ).toBeUndefined();
    expect(selectionMistake(new Problem(said))).toBeUndefined();
    expect(selectionMistake(null)).toBeUndefined();
  });
});

describe('a narrowed selection', () => {
  it('keeps what was selected before as one', () => {
    expect(narrowed('a or b', groupSelection('marts'))).toBe('(a or b) and group:marts');
    expect(narrowed(' ', groupSelection('my marts'))).toBe('group:"my marts"');
    expect(groupSelection('')).toBe('not group:*');
  });
});

describe('what holds an asset back', () => {
  const CHECKED = '2026-01-20T13:15:00Z';
  const failing = assetExample('stage/orders', {
    status: 'check_failed',
    checks: [{ name: 'rows', partition: '13:00', at: CHECKED, passed: false, severity: 'error', description: 'None' }],
  });
  const maker = { kind: 'task', dagId: 'marts', taskId: 'report' } as const;
  const madeAt = (at: string) => ({ at, partition: null, runId: null, metadata: {} });

  it('are parents whose checks failed or that are missing, each with why', () => {
    const missing = assetExample('stage/lines', { status: 'missing', statusText: 'It was never made.' });
    expect(heldBy({ maker, last: null, parents: [failing, missing, assetExample('stage/good')] })).toEqual([
      { parent: failing, why: 'its check rows failed for 13:00: None.' },
      { parent: missing, why: 'It was never made.' },
    ]);
  });

  it('is a failed check only where the asset was not made since', () => {
    const parents = [failing];
    expect(heldBy({ maker, last: madeAt('2026-01-20T13:14:00Z'), parents })).toHaveLength(1);
    expect(heldBy({ maker, last: madeAt('2026-01-20T13:16:00Z'), parents })).toEqual([]);
  });

  it('is no check that only warns, and nothing for an asset of another system', () => {
    const warned = { ...failing, checks: failing.checks.map((check) => ({ ...check, severity: 'warn' as const })) };
    expect(heldBy({ maker, last: null, parents: [{ ...warned, status: 'materialized' }] })).toEqual([]);
    expect(heldBy({ maker: { kind: 'external' }, last: null, parents: [failing] })).toEqual([]);
  });
});

describe('what a failed check said', () => {
  const check = { name: 'rows', at: '2026-01-20T13:15:00Z', passed: false, severity: 'error' } as const;

  it('ends as a sentence does', () => {
    expect(checkSentence({ ...check, partition: null, description: null })).toBe(' failed.');
    expect(checkSentence({ ...check, partition: '13:00', description: '0 rows.' })).toBe(' failed for 13:00: 0 rows.');
  });
});

describe('the points of a plot', () => {
  const point = (partition: string | null, at: string, value: number) => ({ partition, at, value, runId: value });

  it('stand in the order of their partitions, however late each was made, and show the newest of each', () => {
    const points = [
      point('2026-01-02', '2026-01-03T00:00:00Z', 1),
      point('2026-01-03', '2026-01-04T00:00:00Z', 2),
      point('2026-01-01', '2026-01-05T00:00:00Z', 3),
      point('2026-01-02', '2026-01-06T00:00:00Z', 4),
    ];
    expect(plottedPoints(points, 'UTC')).toEqual([
      { label: '2026-01-01', value: 3, href: '/runs/3' },
      { label: '2026-01-02', value: 4, href: '/runs/4' },
      { label: '2026-01-03', value: 2, href: '/runs/2' },
    ]);
  });

  it('of an asset that is one whole stand in the order of time, by the clock of the viewer', () => {
    const points = [point(null, '2026-01-03T23:30:00Z', 1), point(null, '2026-01-04T00:00:00Z', 2)];
    expect(plottedPoints(points, 'Europe/Berlin').map(({ label }) => label)).toEqual([
      '2026-01-04 00:30',
      '2026-01-04 01:00',
    ]);
  });
});

describe('partitions that somebody may mean to make', () => {
  const range = (state: 'materialized' | 'failed' | 'missing', from: string, to: string) => ({
    state,
    from,
    to,
    count: from === to ? 1 : 2,
    start: null,
    end: null,
  });

  it('are the newest that failed, the newest that is missing, and the newest, each once', () => {
    const ranges = [range('failed', '01', '01'), range('materialized', '02', '03'), range('missing', '04', '05')];
    expect(suggestedPartitions({ rows: [{ name: null, ranges }] })).toEqual([
      { partition: '01', words: 'newest failed' },
      { partition: '05', words: 'newest missing' },
    ]);
  });

  it('are told apart by name where windows have names', () => {
    const rows = [
      { name: 'eu', ranges: [range('materialized', '01|eu', '01|eu')] },
      { name: 'us', ranges: [range('failed', '01|us', '01|us')] },
    ];
    expect(suggestedPartitions({ rows })).toEqual([
      { partition: '01|eu', words: 'newest of eu' },
      { partition: '01|us', words: 'newest failed of us' },
    ]);
  });

  it('are told of as ranges in words', () => {
    expect(rangeText(range('failed', '01', '01'))).toBe('failed: 01');
    expect(rangeText({ ...range('missing', '01', '09'), count: 1200 })).toBe('1,200 missing: 01 to 09');
  });
});
