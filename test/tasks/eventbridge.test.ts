import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type EventBridgeOpened, openEventBridge, readEventBridgeSettings } from '#tasks/eventbridge';

import { type EventBridgeSandbox, type StoredRule, startEventBridge } from '../../sandbox/eventbridge/index.ts';

const ENABLED: StoredRule = { state: 'ENABLED', tags: { owner: 'reports' } };
const HELD = { pipelineId: 'veeva_incremental', recordId: 42 };

let directory = '';
let sandbox: EventBridgeSandbox;
let opened: EventBridgeOpened;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'windrow-rule-'));
  const rules = {
    'default/reports': ENABLED,
    'partner/crm/reports': ENABLED,
    'default/managed': { ...ENABLED, managedBy: 'autoscaling.amazonaws.com' },
  };
  sandbox = await startEventBridge({ directory, rules });
  opened = openEventBridge({ ruleArn: sandbox.ruleArn('reports'), endpoint: sandbox.endpoint }, sandbox);
});
afterEach(async () => {
  await opened.close();
  await sandbox.close();
  await rm(directory, { recursive: true });
});

describe('the rule of a failed window', () => {
  it('is disabled, and enabled again when the pipeline works, with its other tags', async () => {
    expect(await opened.hold(HELD)).toEqual({ kind: 'disabled', ruleArn: sandbox.ruleArn('reports') });
    expect(sandbox.rule('reports')).toEqual({
      state: 'DISABLED',
      tags: { owner: 'reports', 'windrow:held-by:veeva_incremental': '42' },
    });
    expect(await opened.release('veeva_incremental')).toBe('enabled');
    expect(sandbox.rule('reports')).toEqual(ENABLED);
    expect(await opened.release('veeva_incremental')).toBe('not_held');
  });

  it('stays disabled while another pipeline holds it', async () => {
    await opened.hold(HELD);
    await opened.hold({ pipelineId: 'veeva_log', recordId: 43 });
    expect(await opened.release('veeva_incremental')).toBe('still_held_by_others');
    expect(sandbox.rule('reports')?.state).toBe('DISABLED');
    expect(await opened.release('veeva_log')).toBe('enabled');
    expect(sandbox.rule('reports')).toEqual(ENABLED);
  });

  it('is left to the operator who had disabled it before', async () => {
    sandbox.setState('reports', 'DISABLED');
    expect(await opened.hold(HELD)).toMatchObject({ kind: 'disabled_by_others' });
    expect(await opened.release('veeva_incremental')).toBe('not_held');
    expect(sandbox.rule('reports')).toEqual({ ...ENABLED, state: 'DISABLED' });
  });

  it('may stand on a bus whose name has a slash', async () => {
    const ruleArn = sandbox.ruleArn('reports', 'partner/crm');
    const other = openEventBridge({ ruleArn, endpoint: sandbox.endpoint }, sandbox);
    expect(await other.hold(HELD)).toEqual({ kind: 'disabled', ruleArn });
    expect(sandbox.rule('reports', 'partner/crm')?.state).toBe('DISABLED');
    expect(sandbox.rule('reports')?.state).toBe('ENABLED');
    await other.close();
  });

  it('is not touched where none is configured', async () => {
    const off = openEventBridge({ ruleArn: undefined, endpoint: undefined });
    expect(await off.hold(HELD)).toEqual({ kind: 'off' });
    expect(await off.release('veeva_incremental')).toBe('off');
    await off.close();
  });

  it.each(['throttled', 'internal_error', 'lost_response'] as const)('is disabled in spite of a %s', async (kind) => {
    sandbox.faults.add({ kind, operation: 'DisableRule' });
    expect(await opened.hold(HELD)).toMatchObject({ kind: 'disabled' });
    expect(sandbox.faults.pending).toEqual([]);
    expect(sandbox.rule('reports')?.state).toBe('DISABLED');
  });

  it.each([
    ['nobody', 'E_EVENTBRIDGE_RULE_MISSING', /Create the rule/],
    ['managed', 'E_EVENTBRIDGE_MANAGED', /one of your own/],
  ])('that is %s is refused with %s', async (name, code, message) => {
    const other = openEventBridge({ ruleArn: sandbox.ruleArn(name), endpoint: sandbox.endpoint }, sandbox);
    await expect(other.hold(HELD)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await other.close();
  });

  it('tells the operator which permissions are missing, and that a signature is wrong', async () => {
    sandbox.faults.add({ kind: 'access_denied', operation: 'DisableRule' });
    await expect(opened.hold(HELD)).rejects.toMatchObject({
      code: 'E_EVENTBRIDGE_REFUSED',
      message: expect.stringMatching(/grant events:DescribeRule, DisableRule/),
    });
    const keys = { ...sandbox, secretAccessKey: 'wrong' };
    const stranger = openEventBridge({ ruleArn: sandbox.ruleArn('reports'), endpoint: sandbox.endpoint }, keys);
    await expect(stranger.release('veeva_incremental')).rejects.toMatchObject({ code: 'E_EVENTBRIDGE_REFUSED' });
    await stranger.close();
  });
});

describe('settings of EventBridge', () => {
  it('come from connector_config.json, overridden by the environment, and refuse what is no rule', () => {
    const readFile = (): string =>
      JSON.stringify({ eventbridge: { rule_arn: 'arn:aws:events:eu-west-1:123456789012:rule/bus/from-file' } });
    expect(readEventBridgeSettings({ environment: {}, readFile })).toMatchObject({
      settings: { ruleArn: 'arn:aws:events:eu-west-1:123456789012:rule/bus/from-file' },
    });
    const environment = { EVENTBRIDGE_RULE_ARN: 'reports' };
    expect(readEventBridgeSettings({ environment, readFile })).toMatchObject({
      kind: 'unreadable',
      problems: [expect.stringMatching(/^EVENTBRIDGE_RULE_ARN .*expected the ARN of a rule/)],
    });
    expect(readEventBridgeSettings({ environment: {}, readFile: () => undefined })).toEqual({
      kind: 'read',
      settings: { ruleArn: undefined, endpoint: undefined },
    });
  });
});
