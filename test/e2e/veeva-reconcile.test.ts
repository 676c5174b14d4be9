import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

import { type RecordFilter, listRecords, operations, verbTools } from '#framework/operate';
import { redshiftConnection } from '#tasks/redshift';

import { reconcile } from '../../tasks/veeva-redshift/reconcile-verb.ts';
import { eventually } from '../support/engine.ts';
import { ENABLED_AT, type VeevaInstallation, openVeeva, windowEnd } from '../support/veeva-installation.ts';

let veeva: VeevaInstallation;

/** In this Vault the day ends at 09:00 UTC, four windows after the first Full. */
const ZONE = 'Etc/GMT+9';
const SECOND_FULL = windowEnd(4);

beforeAll(async () => {
  veeva = await openVeeva({
    vault: {
      objects: 2,
      rows: 60,
      changesPerWindow: 4,
      logRows: 1,
      dailyFulls: true,
      schemaChanges: false,
      zone: ZONE,
    },
  });
  await operations(veeva.windrow).triggerDag('veeva_full');
  await veeva.completed(0);
});
afterAll(() => veeva.close());

const Report = z.object({
  tables: z.array(z.looseObject({ missing: z.number(), extra: z.number(), changed: z.number() })),
});

/** Asks Redshift past the pipelines. */
async function ask(sql: string) {
  const { warehouse } = await veeva.windrow.connections.get(redshiftConnection);
  return sql.startsWith('select')
    ? warehouse.rows({ name: 'ask', sql })
    : void (await warehouse.run([{ name: 'damage', sql }]));
}

const records = (filter: RecordFilter) => listRecords(veeva.windrow.store.database, filter);

function said(full?: number) {
  const { windrow } = veeva;
  return reconcile(verbTools(windrow), full === undefined ? {} : { full });
}

/** The record of the second Full, once it is completed in its run number `run`. */
function secondFull(run: number) {
  return eventually('the second Full', async () => {
    const [record] = await records({ pipelineId: 'veeva_full', limit: 1 });
    if (record?.pipelineStatus === 'FAILED') throw new Error(record.error?.message);
    const isIt = record?.window.end.equals(SECOND_FULL) === true && record.retryAttempt === run;
    return isIt && record.pipelineStatus === 'COMPLETED' ? record : undefined;
  });
}

/** Where Redshift differs from the Vault; audit logs come by another pipeline, which waits. */
async function differing(window: number) {
  return (await veeva.differences(window)).filter(({ table }) => !table.endsWith('_audit_trail'));
}

it('names exactly what was lost and altered by hand since the Full before, heals it, and changes nothing when run again', async () => {
  const { windrow, clock, completed, watermark } = veeva;
  expect(await said()).toMatchObject({ exit: 'ok', json: { verdict: 'nothing_to_compare' } });
  expect(await watermark()).toEqual(ENABLED_AT);

  // Vault publishes the Full an hour after its stop time; three windows behind it are loaded before.
  clock.moveTo(SECOND_FULL.add({ minutes: 61 }));
  await completed(7);
  const first = `timestamp '${ENABLED_AT.toString().replace('T', ' ').replace('Z', '')}'`;
  const untouched = `select "id" from vault.user__sys where "_windrow_window_end" = ${first} order by "id"`;
  const [[lost] = [], [altered] = []] = (await ask(untouched)) ?? [];
  await ask(`delete from vault.user__sys where "id" = '${lost}'`);
  await ask(`update vault.user__sys set "name__v" = 'altered by hand' where "id" = '${altered}'`);

  expect(await operations(windrow).triggerDag('veeva_full')).toMatchObject({ kind: 'created' });
  const { id } = await secondFull(0);
  const answer = await said();
  expect(answer).toMatchObject({
    exit: 'failed',
    json: {
      verdict: 'differs',
      recordId: id,
      fullEnd: SECOND_FULL.toString(),
      earlierFullEnd: ENABLED_AT.toString(),
      loadedTo: windowEnd(7).toString(),
      notLoaded: [],
    },
  });
  const { tables } = Report.parse(answer.json);
  expect(tables.filter(({ missing, extra, changed }) => missing + extra + changed > 0)).toEqual([
    expect.objectContaining({
      table: 'user__sys',
      state: 'compared',
      missing: 1,
      extra: 0,
      changed: 1,
      columns: [{ column: 'name__v', rows: 1 }],
      samples: [
        { difference: 'missing', key: [lost], columns: [] },
        { difference: 'changed', key: [altered], columns: ['name__v'] },
      ],
    }),
  ]);
  expect(answer.text).toContain(`missing ${lost}; changed ${altered} (name__v)`);
  expect(veeva.logged.join('\n')).toContain('rows missing 1, extra 0, changed 1, in user__sys.');
  expect(await differing(7)).toEqual([]);
  expect(await watermark()).toEqual(windowEnd(7));

  await eventually('the end of the run of the Full', async () => {
    const again = await operations(windrow).rerunRecord(id, {});
    return again.kind === 'started' ? again : undefined;
  });
  await secondFull(1);
  expect(await said(id)).toMatchObject({ exit: 'ok', json: { verdict: 'equal' } });
  expect(await differing(7)).toEqual([]);
  veeva.publish(8);
  await completed(8);
  expect(await differing(8)).toEqual([]);
});
