import { expect, it } from 'vitest';

import { runProgram } from '../support/program.ts';

it('the benchmark of incremental windows runs and tells its figures beside their targets', async () => {
  const { code, out, err } = await runProgram('bench/main.ts', [
    'veeva',
    '--only',
    'veeva-incremental',
    '--windows',
    '2',
  ]);
  expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('bench veeva: veeva-incremental') });
  const { figures }: { readonly figures: readonly object[] } = JSON.parse(out);
  expect(figures).toContainEqual(
    expect.objectContaining({
      name: 'veeva-incremental: window, p95',
      unit: 's',
      target: 1.5,
      value: expect.any(Number),
    }),
  );
  const counted = figures.flatMap((figure) => ('unit' in figure && figure.unit === 'calls' ? [figure] : []));
  expect(counted).toEqual([
    expect.objectContaining({ name: 'veeva-incremental: calls of the Redshift Data API, mean of all windows' }),
  ]);
});

it('a part of the benchmark that there is not is refused with those that there are', async () => {
  const { code, err } = await runProgram('bench/main.ts', ['veeva', '--only', 'windows']);
  expect(code).not.toBe(0);
  expect(err).toContain('There is no part windows. Expected --only with one or more of: convert,veeva-full,');
});
