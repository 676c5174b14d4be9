import { type Plugin, Temporal, definePlugin, milliseconds } from '#framework';
import { type Windrow, loadSections } from '#framework/operate';
import { startDashboard } from '#dashboard';
import { afterEach, describe, expect, it } from 'vitest';

import { Bench } from '../engine/bench.ts';
import { rowsOfWindows } from '../plugin/rows-of-windows/plugin.ts';
import { shipments } from '../support/dashboard-installation.ts';
import { failureOf } from '../support/failure-of.ts';

const shapes = definePlugin({
  name: 'shapes',
  version: '1',
  sections: [
    {
      id: 'all',
      title: 'All <shapes>',
      load: async () => [
        { kind: 'text', text: 'Not <b>bold</b>' },
        {
          kind: 'facts',
          facts: { Since: Temporal.Instant.from('2026-01-20T13:15Z'), Whole: true, Nothing: undefined },
        },
        { kind: 'table', columns: ['b', 'a'], rows: [{ a: 1, b: 'one', c: 'left out' }, { b: null }] },
        { kind: 'table', rows: [] },
      ],
    },
  ],
});

const troubled = definePlugin({
  name: 'troubled',
  version: '1',
  sections: [
    { id: 'throws', title: 'Throws', load: () => Promise.reject(new Error('no <room>')) },
    {
      id: 'throws_at_once',
      title: 'Throws at once',
      load: () => {
        throw new Error('no start');
      },
    },
    { id: 'hangs', title: 'Hangs', load: () => new Promise(() => {}) },
    { id: 'odd', title: 'Odd', load: async () => [{ kind: 'table', rows: [{ list: [1, 2] }] }] },
    {
      id: 'endless',
      title: 'Endless',
      load: async () => [{ kind: 'table', rows: Array.from({ length: 1001 }, (_, row) => ({ row })) }],
    },
  ],
});

describe('the sections of plugins', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  const open = (...plugins: readonly Plugin[]): Promise<Windrow> =>
    bench.engine({ dags: [shipments()], backend: 'postgres', plugins, workers: 0 });
  const dashboard = async (windrow: Windrow) =>
    bench.keep(await startDashboard(windrow, { host: '127.0.0.1', port: 0 })).url;

  it('are told by the API, in the order of the project', async () => {
    const windrow = await open(shapes, rowsOfWindows);
    await windrow.store.database.run({
      text: `insert into plugin_rows_of_windows.window_rows values ('work', '2026-01-20T13:15Z', 7)`,
    });
    const url = await dashboard(windrow);
    const all: unknown = await (await fetch(`${url}/api/v1/plugins/sections`)).json();
    const rows = {
      plugin: 'rows_of_windows',
      id: 'rows',
      title: 'Rows of windows',
      kind: 'loaded',
      parts: [
        {
          kind: 'table',
          columns: ['dag_id', 'window_start', 'rows'],
          rows: [['work', '2026-01-20T13:15:00Z', 7]],
        },
      ],
    };
    expect(all).toEqual({
      items: [
        {
          plugin: 'shapes',
          id: 'all',
          title: 'All <shapes>',
          kind: 'loaded',
          parts: [
            { kind: 'text', text: 'Not <b>bold</b>' },
            {
              kind: 'facts',
              facts: [
                ['Since', '2026-01-20T13:15:00Z'],
                ['Whole', true],
                ['Nothing', null],
              ],
            },
            {
              kind: 'table',
              columns: ['b', 'a'],
              rows: [
                ['one', 1],
                [null, null],
              ],
            },
            { kind: 'table', columns: [], rows: [] },
          ],
        },
        rows,
      ],
    });
  });

  it('that fail, hang or give what cannot be shown say so, and harm no other', async () => {
    const windrow = await open(troubled, shapes);
    const loaded = await loadSections(windrow, milliseconds(300));
    const told = loaded.map((section) => [section.id, section.kind === 'failed' ? section.error : 'shown']);
    expect(told).toEqual([
      ['throws', 'no <room>'],
      ['throws_at_once', 'no start'],
      ['hangs', 'The section took longer than 300ms.'],
      ['odd', expect.stringContaining('[0].rows[0].list')],
      ['endless', expect.stringContaining('1000')],
      ['all', 'shown'],
    ]);
  });

  it('have ids that can stand in an address, each once', () => {
    const load = async () => [];
    const section = (id: string) => ({ id, title: 'Any', load });
    const define = (...ids: readonly string[]) =>
      definePlugin({ name: 'any', version: '1', sections: ids.map(section) });
    expect(failureOf(() => define('rows', 'rows'))).toMatchObject({ code: 'E_PLUGIN_SECTION' });
    expect(failureOf(() => define('Rows/all'))).toMatchObject({ code: 'E_PLUGIN_SECTION' });
  });
});
