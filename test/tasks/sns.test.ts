import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Temporal, recordId } from '#framework';
import { type WindowNotice, type SnsOpened, openSns, readSnsSettings } from '#tasks/sns';

import { type SnsSandbox, startSns } from '../../sandbox/sns/index.ts';
import { noticeMessage } from '../../tasks/sns/notice-message.ts';

const failed: WindowNotice = {
  state: 'failed',
  pipelineId: 'veeva_incremental',
  window: {
    start: Temporal.Instant.from('2026-01-20T13:15Z'),
    end: Temporal.Instant.from('2026-01-20T13:30Z'),
    zone: 'UTC',
  },
  recordId: recordId(42),
  failure: {
    task: 'stage_to_target',
    code: 'E_REDSHIFT_DATA',
    message: 'Value too long for column "name".',
    command: 'windrow records rerun 42',
  },
};

let directory = '';
let sandbox: SnsSandbox;
let opened: SnsOpened;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-notify-'));
  sandbox = await startSns({ directory, topics: ['alerts'] });
  opened = openSns({ topicArn: sandbox.topicArn('alerts'), endpoint: sandbox.endpoint }, sandbox);
});
afterEach(() => sandbox.faults.clear());
afterAll(async () => {
  await opened.close();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

describe('the notifier', () => {
  it('publishes what failed and the command that re-runs it', async () => {
    const outcome = await opened.publishNotice(failed);
    const sent = sandbox.messages().at(-1);
    expect(outcome).toEqual({ kind: 'published', messageId: sent?.messageId });
    expect(sent?.subject).toBe(
      'Windrow: veeva_incremental failed for 2026-01-20T13:15Z..2026-01-20T13:30Z (E_REDSHIFT_DATA)',
    );
    expect(JSON.parse(sent?.message ?? '')).toEqual({
      state: 'failed',
      pipeline: 'veeva_incremental',
      window: { start: '2026-01-20T13:15:00Z', end: '2026-01-20T13:30:00Z', zone: 'UTC' },
      record_id: 42,
      task: 'stage_to_target',
      error_code: 'E_REDSHIFT_DATA',
      error: 'Value too long for column "name".',
      rerun: 'windrow records rerun 42',
    });
  });

  it('publishes that a window waits for a person, and the command that lets it go on', () => {
    const failure = { ...failed.failure, code: 'E_SCHEMA_PAUSED', command: 'windrow redshift drift accept account__v' };
    const { subject, body } = noticeMessage({ ...failed, state: 'waits', failure });
    expect(subject).toMatch(/^Windrow: veeva_incremental waits for a person, 2026-01-20T13:15Z/);
    expect(JSON.parse(body)).toMatchObject({ accept: 'windrow redshift drift accept account__v' });
    expect(JSON.parse(body)).not.toHaveProperty('rerun');
  });

  it('publishes that a window was loaded without some rows, and the command that shows them', () => {
    const command = 'windrow veeva quarantine --record 42';
    const failure = { task: 'audit', code: 'E_ROWS_LEFT_OUT', message: '2 rows cannot be loaded.', command };
    const { subject, body } = noticeMessage({ ...failed, state: 'left_out', failure });
    expect(subject).toMatch(/^Windrow: veeva_incremental left rows out of 2026-01-20T13:15Z.*\(E_ROWS_LEFT_OUT\)$/);
    expect(JSON.parse(body)).toMatchObject({ record_id: 42, show: command });
    expect(JSON.parse(body)).not.toHaveProperty('rerun');
  });

  it.each([
    ['disabled', /^The rule is disabled\..* run: windrow records rerun 42\. .*enabled again\.$/],
    ['disabled_by_others', /disabled before and stays so\..*windrow records rerun 42$/],
    [{ error: 'Grant events:DisableRule.' }, /NOT disabled: Grant events:DisableRule\..*windrow records rerun 42$/],
  ] as const)('names the rule that is %o and the one command that resumes', async (outcome, resume) => {
    const arn = 'arn:aws:events:us-east-1:123456789012:rule/reports';
    await opened.publishNotice({ ...failed, rule: { arn, outcome } });
    expect(JSON.parse(sandbox.messages().at(-1)?.message ?? '')).toMatchObject({
      rule: arn,
      resume: expect.stringMatching(resume),
    });
  });

  it('does nothing where no topic is configured', async () => {
    const off = openSns({ topicArn: undefined, endpoint: undefined });
    expect(await off.publishNotice(failed)).toEqual({ kind: 'off' });
    await off.close();
  });

  it.each(['throttled', 'internal_error', 'lost_response'] as const)('publishes in spite of a %s', async (kind) => {
    sandbox.faults.add({ kind });
    expect(await opened.publishNotice(failed)).toMatchObject({ kind: 'published' });
    expect(sandbox.faults.pending).toEqual([]);
  });

  it('tells the operator that the topic does not exist', async () => {
    const other = openSns({ topicArn: sandbox.topicArn('nobody'), endpoint: sandbox.endpoint }, sandbox);
    await expect(other.publishNotice(failed)).rejects.toMatchObject({
      name: 'ConfigFailure',
      code: 'E_SNS_TOPIC_MISSING',
    });
    await other.close();
  });

  it('publishes an error of any length and any characters', async () => {
    const message = `é\n${'𐀀'.repeat(200_000)}`;
    const long = { ...failed, pipelineId: 'p'.repeat(120), failure: { ...failed.failure, code: 'E_é\n', message } };
    expect(await opened.publishNotice(long)).toMatchObject({ kind: 'published' });
    const { subject, body } = noticeMessage(long);
    expect(subject).toMatch(/^[ -~]{1,99}$/);
    expect(Buffer.byteLength(body)).toBeLessThan(20_000);
    expect(body).not.toContain('\uFFFD');
    expect(body).toContain('(800003 bytes in all)');
  });
});

describe('settings of SNS', () => {
  it('come from connector_config.json, overridden by the environment; none means off', () => {
    const readFile = (): string =>
      JSON.stringify({ sns: { topic_arn: 'arn:aws:sns:eu-west-1:123456789012:from-file' } });
    expect(readSnsSettings({ environment: {}, readFile })).toMatchObject({
      settings: { topicArn: 'arn:aws:sns:eu-west-1:123456789012:from-file' },
    });
    const environment = { SNS_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:from-env' };
    expect(readSnsSettings({ environment, readFile })).toMatchObject({
      settings: { topicArn: environment.SNS_TOPIC_ARN },
    });
    expect(readSnsSettings({ environment: {}, readFile: () => undefined })).toEqual({
      kind: 'read',
      settings: { topicArn: undefined, endpoint: undefined },
    });
  });

  it('refuse what is no topic', () => {
    const reading = readSnsSettings({
      environment: { SNS_TOPIC_ARN: 'alerts', SNS_ENDPOINT: 'here' },
      readFile: () => undefined,
    });
    expect(reading).toMatchObject({
      kind: 'unreadable',
      problems: [expect.stringMatching(/^SNS_TOPIC_ARN/), expect.stringMatching(/^SNS_ENDPOINT/)],
    });
  });
});
