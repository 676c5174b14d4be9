import { hostname, userInfo } from 'node:os';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { eventually } from '../support/engine.ts';
import { type Installation, type Program, openInstallationFolder, start, windrow, windrowJson } from './windrow.ts';

let at: Installation;

beforeAll(async () => {
  at = await openInstallationFolder();
});
afterAll(() => at.close());

const WORDS = ['show', 'cursor', "cursor --set '1'", 'cursor --reset --dry-run', 'pause', 'unpause'];

describe('sensors', () => {
  it('are listed and shown before their first poll', async () => {
    expect((await windrow(at, 'sensors list')).out).toMatch(/^SENSOR.*\narrivals +files +active +1d +-/);
    expect((await windrowJson(at, 'sensors list')).json).toMatchObject([{ id: 'arrivals', cursor: null, failures: 0 }]);
    expect((await windrow(at, 'sensors show arrivals')).out).toContain('It has found nothing yet.');
    expect((await windrow(at, 'dags show files')).out).toMatch(/^schedule +sensor arrivals$/m);
    expect(await windrow(at, 'sensors cursor arrivals')).toMatchObject({ code: 0, out: 'no cursor\n' });
  });

  it.each([
    ...WORDS.map((words) => words.replace(/^\w+/, '$& arival')),
    'rerun arival day-1',
    'skip arival day-1 --reason x',
  ])('that are unknown end "sensors %s" with near names', async (words) => {
    expect(await windrow(at, `sensors ${words}`)).toMatchObject({
      code: 3,
      err: expect.stringContaining('Did you mean "arrivals"?'),
    });
  });

  it.each(["cursor arrivals --set '{'", "cursor arrivals --set '1' --reset", 'cursor', 'skip arrivals day-1'])(
    'refuse the command line "sensors %s"',
    async (words) => {
      expect(await windrowJson(at, `sensors ${words}`)).toMatchObject({
        code: 2,
        json: { error: { code: 'E_USAGE' } },
      });
    },
  );

  it('are paused and unpaused', async () => {
    expect(await windrow(at, 'sensors pause arrivals', { WINDROW_USER: 'anna' })).toMatchObject({ code: 0 });
    expect((await windrow(at, 'sensors show arrivals')).out).toMatch(/\n\nAT +WHAT +BY.*\n.* paused +anna/);
    expect((await windrow(at, 'sensors list')).out).toMatch(/arrivals +files +paused/);
    expect((await windrowJson(at, 'sensors unpause arrivals')).json).toEqual({ sensorId: 'arrivals', paused: false });
  });

  it('show what a cursor would start, take it, and never run a known key again', async () => {
    expect((await windrow(at, `sensors cursor arrivals --set '"day-1"' --dry-run`)).out).toMatch(
      /day-2 +would start.*\nday-3 +would start.*\n\n2 would start, 0 stay\..*"day-3".*\nDry run/,
    );
    expect((await windrowJson(at, 'sensors cursor arrivals')).json).toMatchObject({ cursor: null, changed: false });
    expect((await windrowJson(at, `sensors cursor arrivals --set '"day-1"'`)).json).toEqual({
      sensorId: 'arrivals',
      cursor: 'day-1',
      changed: true,
    });
    const scheduler = start(at, 'scheduler');
    try {
      await items(2);
      expect((await windrowJson(at, 'sensors cursor arrivals --reset --dry-run')).json).toMatchObject({
        dryRun: true,
        items: [
          { key: 'day-1', known: false },
          { key: 'day-2', known: true },
          { key: 'day-3', known: true },
        ],
      });
      expect((await windrow(at, 'sensors cursor arrivals --reset')).out).toContain('without a cursor');
      await items(3);
    } finally {
      await stopped(scheduler);
    }
    expect((await windrowJson(at, 'runs list --dag files')).json).toHaveLength(3);
  });

  it('keep in their history who set and who reset the cursor', async () => {
    const { history } = History.parse((await windrowJson(at, 'sensors show arrivals')).json);
    expect(history.map(({ kind, details }) => ({ kind, ...details }))).toEqual([
      { kind: 'sensor_cursor_reset', sensor: 'arrivals', by: `${userInfo().username}@${hostname()}` },
      { kind: 'sensor_cursor_set', sensor: 'arrivals', by: `${userInfo().username}@${hostname()}`, cursor: 'day-1' },
      { kind: 'sensor_unpaused', sensor: 'arrivals', by: `${userInfo().username}@${hostname()}` },
      { kind: 'sensor_paused', sensor: 'arrivals', by: 'anna' },
    ]);
  });

  it('run a cancelled item again, or give it up with a reason', async () => {
    const [, held] = await items(3);
    expect(held?.key).toBe('day-3');
    expect(await windrowJson(at, 'sensors rerun arrivals day-3')).toMatchObject({ code: 4 });
    await windrow(at, `runs cancel ${held?.runId}`);
    expect(await windrowJson(at, 'sensors rerun arrivals day-3')).toMatchObject({ code: 0, json: { key: 'day-3' } });
    const [, again] = await items(3);
    expect(again?.runId).not.toBe(held?.runId);
    await windrow(at, `runs cancel ${again?.runId}`);
    expect(await windrow(at, `sensors skip arrivals day-3 --reason 'sent twice'`)).toMatchObject({ code: 0 });
    expect((await windrow(at, 'sensors show arrivals')).out).toMatch(/day-3 .*skipped: sent twice/);
    expect(await windrowJson(at, 'sensors rerun arrivals day-9')).toMatchObject({ code: 3 });
  });
});

const History = z.object({
  history: z.array(z.object({ kind: z.string(), details: z.record(z.string(), z.unknown()) })),
});
const Shown = z.object({ items: z.array(z.object({ key: z.string(), runId: z.number() })) });

/** The items, newest first, once there are so many. */
async function items(count: number): Promise<z.infer<typeof Shown>['items']> {
  return eventually(`${count} items`, async () => {
    const shown = Shown.parse((await windrowJson(at, 'sensors show arrivals')).json);
    return shown.items.length === count ? shown.items : undefined;
  });
}

async function stopped(program: Program): Promise<void> {
  program.signal('SIGTERM');
  await program.end;
}
