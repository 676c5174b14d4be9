import { readFileSync } from 'node:fs';

import type { CheckTarget } from '#framework';
import { standIn, testRun } from '#framework/testing';
import { type RedshiftOpened, redshiftConnection } from '#tasks/redshift';
import { expect, it } from 'vitest';

import { products, veevaAssets } from '../../../dags/veeva-assets.ts';

/** A warehouse that answers each question by its name. */
function answering(answers: Readonly<Record<string, readonly (readonly (string | null)[])[]>>) {
  const checks: CheckTarget = {
    table: (name) => name,
    column: (name) => name,
    literal: (text) => `'${text}'`,
    moment: (instant) => `'${instant.toString()}'`,
    rows: async ({ name }) => answers[name] ?? [],
  };
  return standIn(redshiftConnection, { checks, close: async () => {} } as RedshiftOpened);
}

it('shows an asset with two checks downstream of a table of Vault in less than 30 lines', () => {
  const text = readFileSync(new URL('../../../dags/veeva-assets.ts', import.meta.url), 'utf8');
  const example = text.slice(0, text.indexOf('/** Vault'));

  expect(example.trimEnd().split('\n').length).toBeLessThan(30);
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${example.slice(example.indexOf('const table')).trimEnd()}\n\`\`\``);
  expect(products.checks).toHaveLength(2);
  expect(veevaAssets.graph.parents(products.key)).toEqual(['redshift/veeva/product__v']);
});

it('has an example whose asset says how many products there are, and whose checks pass', async () => {
  const [report] = veevaAssets.dags;
  if (report === undefined) throw new Error('The example has no dag.');
  const connection = answering({
    'count products by status': [
      ['active', '3'],
      [null, '1'],
    ],
    'count the rows of product__v': [['4']],
    'look for rows without a value of product__v': [['4', '0']],
  });
  const run = await testRun(report, {
    now: '2026-01-21T00:00Z',
    plugins: [veevaAssets.plugin],
    connections: [connection],
  });

  expect(Object.values(run.tasks).map(({ failure }) => failure?.message)).toEqual([undefined, undefined, undefined]);
  const notes = run.tasks['reports_products']?.notes.map(({ facts }) => facts);
  expect(notes?.at(-1)).toMatchObject({
    kind: 'materialization',
    metadata: {
      products: {
        value: [
          { status: 'active', products: 3 },
          { status: null, products: 1 },
        ],
      },
    },
  });
  expect(run.tasks['check_reports_products_row_count']?.notes).toMatchObject([{ facts: { passed: true } }]);
});
