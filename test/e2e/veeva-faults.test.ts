import { DynamoDBClient, DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Temporal } from '#framework';

import { RULE } from '../../sandbox/environment.ts';
import type { Fault } from '../../sandbox/vault/index.ts';
import { eventually } from '../support/engine.ts';
import {
  type VeevaInstallation,
  ENABLED_AT,
  fileOf,
  loadFull,
  openVeeva,
  windowEnd,
} from '../support/veeva-installation.ts';

// One installation for the whole file: every test takes the next windows of the same Vault and leaves it whole.
let veeva: VeevaInstallation;
/** The newest window that is due. */
let newest = 0;

beforeAll(async () => {
  veeva = await openVeeva();
  await loadFull(veeva);
});
afterAll(() => veeva.close());

beforeEach(async () => {
  newest = nextBusy(newest);
  if (newest > 1) {
    veeva.publish(newest - 1);
    await veeva.completed(newest - 1);
  }
});
afterEach(() => {
  veeva.sandbox.redshift.faults.clear();
  veeva.sandbox.vault.faults.clear();
});

/** In the fourth and sixth of twelve windows of the simulated Vault nobody works. */
function nextBusy(window: number): number {
  const next = window + 1;
  return next % 12 === 4 || next % 12 === 6 ? next + 1 : next;
}

/** Users sign in in every busy window, so that this table always changes. */
const INSERT_USERS = 'insert into "vault"."user__sys"';
const WRITE_LOG = 'insert into "vault"."windrow_load_log"';

describe('a Redshift that fails in the middle of a window', () => {
  it('shows nothing of it, holds later windows back, tells people once, and completes when it is re-run', async () => {
    const { sandbox, publish, ended, differences } = veeva;
    const messages = sandbox.sns.messages().length;
    sandbox.redshift.faults.set([{ kind: 'fail_statement', matching: INSERT_USERS, message: 'Disk Full' }]);
    publish(newest + 1);
    const failed = await ended(newest);

    expect(failed).toMatchObject({ pipelineStatus: 'FAILED', phaseCompleted: 'SOURCE_TO_STAGE' });
    expect(failed.error).toMatchObject({ code: 'E_REDSHIFT_STATEMENT' });
    expect(failed.error?.message).toMatch(
      /^Redshift failed to insert rows of user__sys \(statement \d+ of \d+\): Disk Full\./,
    );
    expect(await differences(newest - 1)).toEqual([]);
    expect(await veeva.loads(newest)).toEqual([]);
    expect(await veeva.watermark()).toEqual(windowEnd(newest - 1));

    const message = await eventually('the message', async () => sandbox.sns.messages()[messages]);
    expect(JSON.parse(message.message)).toMatchObject({
      pipeline: 'veeva_incremental',
      window: { start: windowEnd(newest - 1).toString(), end: windowEnd(newest).toString() },
      record_id: failed.id,
      error_code: 'E_REDSHIFT_STATEMENT',
      rerun: `windrow records rerun ${failed.id}`,
      rule: sandbox.eventbridge.ruleArn(RULE),
      resume: expect.stringContaining(
        `windrow records rerun ${failed.id}. When the window is completed, the rule is enabled`,
      ),
    });
    expect(sandbox.eventbridge.rule(RULE)?.state).toBe('DISABLED');
    await veeva.windrow.advance('veeva_incremental');
    expect(await veeva.find(newest + 1)).toMatchObject({ pipelineStatus: 'PENDING', dagRunId: undefined });

    sandbox.redshift.faults.clear();
    await veeva.rerun(newest);
    expect(sandbox.eventbridge.rule(RULE)).toEqual({ state: 'ENABLED', tags: {} });
    newest += 1;
    await veeva.completed(newest);
    expect(await differences(newest)).toEqual([]);
    expect(await veeva.watermark()).toEqual(windowEnd(newest));
    expect(sandbox.sns.messages()).toHaveLength(messages + 1);
  });
});

describe('a Data API that misbehaves', () => {
  it.each([
    ['throttling', { kind: 'throttling', form: 'exception', times: 4 }],
    ['throttling in its serverless form', { kind: 'throttling', form: 'validation', times: 4 }],
    [
      'the loss of the answer to the commit',
      { kind: 'lost_answer', matching: 'insert into .{0,20}windrow_load_log', times: 1 },
    ],
    ['a conflict with another transaction', { kind: 'serializable_violation', matching: WRITE_LOG, times: 1 }],
  ] as const)('loads a window once in spite of %s', async (_name, fault) => {
    veeva.sandbox.redshift.faults.set([fault]);
    veeva.publish(newest);
    await veeva.completed(newest);
    expect(veeva.sandbox.redshift.faults.rules).toEqual([]);
    expect(await veeva.loads(newest)).toHaveLength(1);
    expect(await veeva.differences(newest)).toEqual([]);
  });
});

describe('a window that Vault could not publish', () => {
  it('waits until the announced time and holds later windows back; then all complete in order', async () => {
    const hole = newest;
    const nextRetry = windowEnd(hole + 4);
    const healed = nextRetry.subtract({ minutes: 1 }).toString();
    veeva.sandbox.vault.faults.add({
      kind: 'error_item',
      file: fileOf(hole),
      nextRetry: nextRetry.toString(),
      healsAt: healed,
    });
    veeva.publish(hole + 2);
    const waiting = await eventually('the window to wait', deferredTask);
    expect(waiting).toMatchObject({
      task_id: 'pre_validation',
      next_at: nextRetry,
      reason: expect.stringContaining(fileOf(hole)),
    });
    await veeva.windrow.advance('veeva_incremental');
    expect(await veeva.find(hole + 1)).toMatchObject({ pipelineStatus: 'PENDING', dagRunId: undefined });
    expect(await veeva.differences(hole - 1)).toEqual([]);

    newest = hole + 4;
    veeva.publish(newest);
    const completed = [];
    for (let window = hole; window <= newest; window += 1) completed.push(await veeva.completed(window));
    const ends = completed.map(({ pipelineEndTime }) => pipelineEndTime?.epochMilliseconds ?? 0);
    expect(ends).toEqual(ends.toSorted((a, b) => a - b));
    expect(await veeva.differences(newest)).toEqual([]);
  });
});

async function deferredTask(): Promise<object | undefined> {
  const text = `select task_id, next_at, reason from task_instance where state = 'deferred'`;
  const [row] = await veeva.windrow.store.database.run({ text });
  return row === undefined ? undefined : { ...row, next_at: Temporal.Instant.from(String(row['next_at'])) };
}

describe('a file that cannot be loaded exactly', () => {
  it.each<[string, (file: string) => Fault, object]>([
    [
      'a value that its type cannot hold',
      (file) => ({ kind: 'value', extract: 'Object.user__sys', column: 'amount__c', row: 0, value: '12,5', file }),
      {
        code: 'E_NUMBER_UNREADABLE',
        details: {
          extract: 'Object.user__sys',
          column: 'amount__c',
          value: '12,5',
          key: { id: expect.stringMatching(/./) },
        },
      },
    ],
    [
      'fewer rows than the manifest promises',
      (file) => ({ kind: 'records_mismatch', extract: 'Object.user__sys', by: 1, file }),
      { code: 'E_ARCHIVE_ROW_COUNT', details: { extract: 'Object.user__sys', part: 'updates' } },
    ],
    [
      'a member outside of the archive',
      (file) => ({ kind: 'member', name: '../planted.csv', type: 'file', file }),
      { message: expect.stringContaining('../planted.csv') },
    ],
  ])('fails with %s, named, and is loaded once Vault has repaired it', async (_name, fault, error) => {
    veeva.sandbox.vault.faults.add(fault(fileOf(newest)));
    veeva.publish(newest);
    const failed = await veeva.ended(newest);
    expect(failed).toMatchObject({ pipelineStatus: 'FAILED', error: { kind: 'DataFailure', ...error } });
    expect(await veeva.loads(newest)).toEqual([]);
    expect(await veeva.differences(newest - 1)).toEqual([]);

    veeva.sandbox.vault.faults.clear();
    await veeva.rerun(newest);
    expect(await veeva.differences(newest)).toEqual([]);
  });
});

describe('the watermark', () => {
  const KEY = { process_id: { S: 'VeevaRedshift_Incremental' } };
  const TABLE = 'VeevaStateTable';

  async function withTable(work: (client: DynamoDBClient) => Promise<unknown>): Promise<void> {
    const { endpoint, region } = veeva.sandbox.dynamodb;
    const client = new DynamoDBClient({ endpoint, region });
    await work(client);
    client.destroy();
  }

  it('is a cache: lost in the middle it comes back, and nothing is loaded twice', async () => {
    const before = await veeva.loads(newest - 1);
    await withTable((client) => client.send(new DeleteItemCommand({ TableName: TABLE, Key: KEY })));
    expect(await veeva.watermark()).toBeUndefined();
    veeva.publish(newest);
    await veeva.completed(newest);
    expect(await veeva.watermark()).toEqual(windowEnd(newest));
    expect(await veeva.loads(newest)).toHaveLength(1);
    expect(await veeva.loads(newest - 1)).toEqual(before);
    expect(await veeva.differences(newest)).toEqual([]);
  });

  it('that somebody set back loads nothing a second time', async () => {
    const stale = { ...KEY, last_processed_time: { S: ENABLED_AT.toString() } };
    await withTable((client) => client.send(new PutItemCommand({ TableName: TABLE, Item: stale })));
    const before = await veeva.loads(1);
    veeva.publish(newest);
    await veeva.completed(newest);
    expect(await veeva.loads(1)).toEqual(before);
    expect(await veeva.watermark()).toEqual(windowEnd(newest));
    expect(await veeva.differences(newest)).toEqual([]);
  });
});

describe('a re-run of an old window', () => {
  it.each([[undefined], ['STAGE_TO_TARGET']] as const)(
    'after later ones were loaded leaves every table as the Vault has it (from %s)',
    async (from) => {
      veeva.publish(newest);
      await veeva.completed(newest);
      const old = newest - 5;
      const loads = await veeva.loads(old);
      await veeva.rerun(old, from);
      expect(await veeva.loads(old)).toHaveLength(loads.length + 1);
      expect(await veeva.differences(newest)).toEqual([]);
      expect(await veeva.watermark()).toEqual(windowEnd(newest));
    },
  );

  it('of the Full leaves every table as the Vault has it', async () => {
    veeva.publish(newest);
    await veeva.completed(newest);
    await veeva.rerun(0);
    expect(await veeva.differences(newest)).toEqual([]);
    expect(await veeva.watermark()).toEqual(windowEnd(newest));
  });
});

describe('the log of it all', () => {
  it('warns of no column that is not staged', () => {
    const warnings = veeva.logged.filter((line) => line.includes('"level":"warn"'));
    expect(warnings.filter((line) => line.includes('does not describe'))).toEqual([]);
    expect(warnings).not.toEqual([]);
  });
});
