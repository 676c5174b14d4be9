import { beforeEach, describe, expect, it } from 'vitest';

import { ChangeLog } from '../../../dashboard/web/src/api/change-log.ts';
import { type ItemNames, KnownPages } from '../../../dashboard/web/src/api/known-pages.ts';

const ADDRESS = '/dags/orders/grid';
const NOW = 1_000_000;

const OLDER = { items: [item(2), item(1)] };
const DATA = { pages: [{ items: [item(4), item(3)] }, OLDER], pageParams: [undefined, 'older'] };

let log: ChangeLog;
let known: KnownPages;
beforeEach(() => {
  log = new ChangeLog();
  known = new KnownPages(log);
  known.noteRead(ADDRESS, 'older', NOW);
});

function item(id: number): ItemNames {
  return { runId: id * 10, recordId: id };
}

function older(nowMs = NOW): typeof OLDER | undefined {
  return known.stillTrue(
    { address: ADDRESS, cursor: 'older', dagId: 'orders', nowMs },
    DATA,
    (names: ItemNames) => names,
  );
}

describe('a page of a long list', () => {
  it('is still true while only other items and other dags change', () => {
    log.add([
      { kind: 'run_success', dagId: 'orders', runId: 40, recordId: 4 },
      { kind: 'run_success', dagId: 'shipments', runId: 10 },
    ]);
    expect(older()).toBe(OLDER);
  });

  it.each([
    ['its run', { kind: 'run_success', dagId: 'orders', runId: 20 }],
    ['its record', { kind: 'record_changed', dagId: 'orders', recordId: 1 }],
    ['anything', { kind: 'much' }],
  ])('is read again behind a change of %s', (_of, change) => {
    log.add([change]);
    expect(older()).toBeUndefined();
  });

  it('is read again after a minute in which its dag changed, as something may have been added to it', () => {
    expect(older(NOW + 61_000)).toBe(OLDER);
    log.add([{ kind: 'run_running', dagId: 'orders', runId: 999 }]);
    expect(older(NOW + 59_000)).toBe(OLDER);
    expect(older(NOW + 61_000)).toBeUndefined();
  });

  it('is read again where it is not known what changed', () => {
    log.forget();
    expect(older()).toBeUndefined();
  });

  it('is read again when more happened than is kept', () => {
    log.add(Array.from({ length: 6000 }, () => ({ kind: 'run_success', dagId: 'shipments', runId: 1 })));
    expect(older()).toBeUndefined();
    known.noteRead(ADDRESS, 'older', NOW);
    expect(older()).toBe(OLDER);
  });
});
