import { afterEach, describe, expect, it } from 'vitest';

import { minutes, systemClock } from '#framework';
import { s3Connection } from '#tasks/s3';

import type { Fault } from '../../sandbox/vault/index.ts';
import { Sessions } from '../../sandbox/vault/server/sessions.ts';
import { eventually } from '../support/engine.ts';
import { textOfRedis, textOfTables } from '../support/stored-text.ts';
import {
  type VeevaInstallation,
  type VeevaOptions,
  fileOf,
  loadFull,
  openVeeva,
} from '../support/veeva-installation.ts';

let veeva: VeevaInstallation | undefined;

afterEach(async () => {
  await veeva?.close();
  veeva = undefined;
});

/** In the windows up to it tables and columns are added; it is damaged at first. */
const DAMAGED = 7;
/** From here on tables have been dropped and columns widened as well. */
const WHOLE_CYCLE = 12;

interface Setup {
  readonly options: VeevaOptions;
  readonly fault: Fault;
  readonly error: object;
  readonly last: number;
  readonly format: string;
}

const SETUPS: Readonly<Record<string, Setup>> = {
  'PostgreSQL queues, Parquet files and archives in many parts': {
    options: { backend: 'postgres', vault: { partBytes: 4000 } },
    fault: { kind: 'wrong_md5', file: `${fileOf(DAMAGED)}.002` },
    error: { code: 'E_VAULT_PART_MD5', details: { part: `${fileOf(DAMAGED)}.002` } },
    last: DAMAGED + 1,
    format: 'parquet',
  },
  'Redis queues and CSV files': {
    last: WHOLE_CYCLE,
    format: 'csv',
    options: { backend: 'redis', environment: { STAGE_FORMAT: 'csv' } },
    fault: {
      kind: 'value',
      extract: 'Object.user__sys',
      column: 'amount__c',
      row: 0,
      value: 'much',
      file: fileOf(DAMAGED),
    },
    error: {
      code: 'E_NUMBER_UNREADABLE',
      details: { extract: 'Object.user__sys', column: 'amount__c', value: 'much' },
    },
  },
};

describe.each(Object.entries(SETUPS))('with %s', (_name, { options, fault, error, last, format }) => {
  it('every table is as the Vault has it after a failed window and all changes of its schema, and no secret is told', async () => {
    veeva = await openVeeva(options);
    await loadFull(veeva);
    await completeUpTo(veeva, DAMAGED - 1);
    veeva.sandbox.vault.faults.add(fault);
    veeva.publish(last);
    expect(await veeva.ended(DAMAGED)).toMatchObject({ pipelineStatus: 'FAILED', error });
    expect(await veeva.differences(DAMAGED - 1)).toEqual([]);

    veeva.sandbox.vault.faults.clear();
    await veeva.rerun(DAMAGED);
    await completeUpTo(veeva, last);
    expect(await veeva.differences(last)).toEqual([]);
    expect((await veeva.sandbox.vault.files()).some(({ parts: { length } }) => length > 1)).toBe(
      options.vault?.partBytes !== undefined,
    );
    expect(await stagedFormats(veeva)).toEqual([format]);
    await expectNoSecrets(veeva, options.backend);
  });
});

/** The endings of the staged files, manifests apart. */
async function stagedFormats({ windrow }: VeevaInstallation): Promise<readonly string[]> {
  const { store } = await windrow.connections.get(s3Connection);
  const objects = await store.list('stage/veeva_incremental/');
  const endings = objects.map(({ key }) => key.slice(key.lastIndexOf('.') + 1));
  return [...new Set(endings.filter((ending) => ending !== 'json'))];
}

async function completeUpTo({ publish, completed }: VeevaInstallation, last: number): Promise<void> {
  publish(last);
  for (let window = 1; window <= last; window += 1) await completed(window);
}

async function expectNoSecrets(
  { sandbox, environment, logged, windrow }: VeevaInstallation,
  backend: VeevaOptions['backend'],
): Promise<void> {
  const { DATABASE_URL: database = '', REDIS_URL: redis = '' } = environment;
  const [tables, jobs] = await eventually('the jobs in the queues', async () => {
    const texts = [
      await textOfTables(database, ['windrow']),
      backend === 'redis'
        ? await textOfRedis(redis, windrow.settings.queuePrefix)
        : await textOfTables(database, ['bullmq']),
    ] as const;
    return texts[1].includes('source_to_stage') ? texts : undefined;
  });
  const log = logged.join('\n');
  const messages = JSON.stringify(sandbox.sns.messages());
  // What must be there, so that a search that finds nothing is known to have looked at something.
  expect(tables).toContain('Window claimed');
  expect(log).toContain('Window claimed');
  expect(messages).toContain('windrow records rerun');
  const ids = sessionIds();
  expect(await isSession(sandbox.vault.url, ids[0] ?? '')).toBe(true);
  const secrets = [sandbox.vault.password, environment['AWS_SECRET_ACCESS_KEY'] ?? '', ...ids];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(20);
    for (const text of [tables, jobs, log, messages]) expect(text.includes(secret)).toBe(false);
  }
}

/** The ids that the simulated Vault gave to the first logins: they follow from its seed. */
function sessionIds(): readonly string[] {
  const sessions = new Sessions({ seed: 1, clock: systemClock, idle: minutes(20) });
  return Array.from({ length: 20 }, () => sessions.begin());
}

async function isSession(vault: string, id: string): Promise<boolean> {
  const answer = await fetch(`${vault}/api/`, { headers: { Authorization: id } });
  return (await answer.text()).includes('"SUCCESS"');
}
