import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type ShownInstallation, openShownInstallation, runShipments } from '../support/dashboard-installation.ts';

const MANY = 4100;

let shown: ShownInstallation;
let run: number;

beforeAll(async () => {
  shown = await openShownInstallation('postgres');
  run = await runShipments(shown.windrow);
  await shown.windrow.store.database.run(
    {
      text: `
insert into task_log (run_id, task_id, map_index, attempt, fence, at, level, message, fields)
select $1, 'find_parcels', -1, 2, 9, '2026-01-20T13:15Z', 'warn', 'Parcel ' || n, '{"depot": "Rotterdam", "at": {"shelf": 7}}'
from generate_series(1, $2::integer) as n`,
    },
    [run, MANY],
  );
});

afterAll(() => shown.close());

const get = (path: string): Promise<Response> => fetch(`${shown.url}/api/v1/runs/${path}`);

describe('the file of a task log', () => {
  it('has every line, also of a log of several pages, in the order in which they came', async () => {
    const response = await get(`${run}/tasks/find_parcels/log.txt`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(response.headers.get('content-disposition')).toContain(`run-${run}-find_parcels.log`);
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(MANY + 1);
    expect(lines[0]).toMatch(/^20\S+Z {2}INFO {3}try 1 {2}Looking for parcels {2}depot=Rotterdam <north>$/);
    expect(lines.slice(1)).toEqual(
      Array.from(
        { length: MANY },
        (_, index) => `2026-01-20T13:15:00Z  WARN   try 2  Parcel ${index + 1}  at={"shelf":7}  depot=Rotterdam`,
      ),
    );
  });

  it('has the lines of one try where one is asked for', async () => {
    const response = await get(`${run}/tasks/send_parcels/log.txt?attempt=2`);
    expect(response.headers.get('content-disposition')).toContain(`run-${run}-send_parcels-try-2.log`);
    const text = await response.text();
    expect(text).toContain('Sending 42 parcels, try 2');
    expect(text).not.toContain('Sending 42 parcels, try 1');
  });

  it.each([
    ['99999/tasks/find_parcels/log.txt', 404],
    ['abc/tasks/find_parcels/log.txt', 404],
    ['1/tasks/find_parcels/log.txt?attempt=x', 422],
    ['1/tasks/find_parcels/log.txt?colour=red', 422],
  ])('is refused for %s with %i', async (path, status) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('that nobody takes to its end leaves the dashboard as it was', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${shown.url}/api/v1/runs/${run}/tasks/find_parcels/log.txt`, {
      signal: leaving.signal,
    });
    leaving.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    expect((await get(`${run}/tasks/find_parcels/log.txt`)).status).toBe(200);
  });
});
