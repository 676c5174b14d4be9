import { type TransferContext, Temporal, every, runId } from '#framework';
import { type Windrow, backfills, operations } from '#framework/operate';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { Bench, row } from '../engine/bench.ts';
import { endOf } from '../support/engine.ts';
import { TestClock } from '../support/test-clock.ts';
import { doublesPipeline, transferDoubles } from '../support/transfer-doubles.ts';
import { records, rerun } from './records.ts';

const FIRST = '2026-01-20T13:15Z..2026-01-20T13:30Z';
const START = Temporal.Instant.from('2026-01-20T13:15Z');
const END = Temporal.Instant.from('2026-01-20T13:30Z');
const WINDOW = { start: START, end: END, zone: 'UTC' };

describe('the params of a pipeline', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = async (params?: z.ZodType<Readonly<Record<string, unknown>>>) => {
    const doubles = transferDoubles();
    const seen: TransferContext['params'][] = [];
    doubles.source.trouble = ({ params: given }) => void seen.push(given);
    doubles.target.trouble = ({ params: given }) => void seen.push(given);
    const schedule = every('15m', { start: '2026-01-20T13:15Z', order: 'free' });
    const orders = doublesPipeline('orders', doubles, { schedule, ...(params === undefined ? {} : { params }) });
    const engine = await bench.engine({
      backend: 'postgres',
      dags: [orders],
      clock: new TestClock('2026-01-20T13:30Z'),
    });
    return { engine, seen, doubles };
  };
  const stored = (engine: Windrow) => row(engine, 'select params from dag_run order by id desc limit 1');
  const FILE = z.object({ file: z.string(), parts: z.number().default(4) });

  it('reach the ports of a window that is triggered by hand, as the schema reads them, and stay with its re-run', async () => {
    const { engine, seen, doubles } = await open(FILE);
    expect(await operations(engine).triggerDag('orders', { window: WINDOW, params: { file: '00012' } })).toMatchObject({
      kind: 'created',
    });
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await stored(engine)).toEqual({ params: { file: '00012' } });
    expect(seen).toEqual([1, 2].map(() => ({ file: '00012', parts: 4 })));
    await rerun(engine, FIRST);
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await stored(engine)).toEqual({ params: { file: '00012' } });
    expect(seen).toHaveLength(4);
    expect(doubles.source.transfers).toHaveLength(2);
    expect(seen.at(-1)).toEqual({ file: '00012', parts: 4 });
  });

  it('reach the ports of a backfill', async () => {
    const { engine, seen } = await open(FILE);
    const created = await backfills(engine).create({ dagId: 'orders', from: START, to: END, params: { file: 'a' } });
    expect(created).toMatchObject({ kind: 'created' });
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(seen).toEqual([1, 2].map(() => ({ file: 'a', parts: 4 })));
  });

  it('are refused where the schema does not read them, and where no schema names them', async () => {
    const { engine } = await open(FILE);
    expect(await operations(engine).triggerDag('orders', { window: WINDOW, params: { file: 12 } })).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('file: '),
    });
    const plain = (await open()).engine;
    const refused = { kind: 'refused', reason: expect.stringContaining('nothing would read file. Leave it out') };
    expect(await operations(plain).triggerDag('orders', { window: WINDOW, params: { file: 'a' } })).toMatchObject(
      refused,
    );
    expect(
      await backfills(plain).create({ dagId: 'orders', from: START, to: END, params: { file: 'a' } }),
    ).toMatchObject(refused);
    expect(await row(plain, 'select count(*) from pipeline_records')).toEqual({ count: 0 });
    expect(await operations(plain).triggerDag('orders', { window: WINDOW })).toMatchObject({ kind: 'created' });
  });

  it('are kept by a window whose lock was released and that the schedule takes again', async () => {
    const { engine, seen } = await open(FILE);
    await operations(engine).triggerDag('orders', { window: WINDOW, params: { file: 'b' } });
    await endOf(engine, runId(1));
    await row(engine, `update dag_run set state = 'failed', ended_at = now()`);
    await row(
      engine,
      `
      update pipeline_records
      set pipeline_status = 'PENDING', retry_attempt = 1, phase_completed = null, dag_run_id = null,
        source_to_stage_ingestion_status = 'PENDING', stage_to_target_ingestion_status = 'PENDING', audit_status = 'PENDING'`,
    );
    await engine.advance('orders');
    await records(engine, { [FIRST]: 'COMPLETED' });
    expect(await stored(engine)).toEqual({ params: { file: 'b' } });
    expect(seen.at(-1)).toEqual({ file: 'b', parts: 4 });
  });
});
