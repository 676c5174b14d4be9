import { describe, expect, it } from 'vitest';

import { dag, hours, milliseconds, sensor, silentLog, systemClock, task } from '#framework';

import { rest } from '../../framework/core/timer.ts';
import { callPoll } from '../../framework/scheduler/call-poll.ts';
import { StopSwitch, callUserCode } from '../../framework/worker/user-code.ts';

const SOON = milliseconds(30);

describe('a timeout of 30 days, which no timer of Node can hold', () => {
  it('does not stop a try at once', async () => {
    const outcome = await callUserCode({
      run: async (signal) => {
        await rest(SOON, signal);
        return { kind: 'success', output: signal.aborted };
      },
      stop: new StopSwitch(),
      timeoutMs: hours(30 * 24),
      what: 'Task "t"',
    });
    expect(outcome).toEqual({ kind: 'success', output: false });
  });

  it('does not stop the poll of a sensor at once', async () => {
    const files = dag('files', {}, (d) => void d.use('note', task('note', { run: () => {} })));
    const poll = async ({ signal }: { readonly signal: AbortSignal }) => {
      await rest(SOON, signal);
      return { items: [] };
    };
    const patient = sensor('arrivals', { every: '1h', timeout: '30d', dag: files, poll });
    const tools = {
      connections: { get: () => Promise.reject(new Error('no connections')) },
      clock: systemClock,
      log: silentLog,
    };
    const call = { cursor: undefined, signal: new AbortController().signal };
    expect(await callPoll(patient, call, tools)).toEqual({ items: [] });
  });
});
