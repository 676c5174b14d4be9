import { expect, inject, it } from 'vitest';

import { installDatabase } from '../../sandbox/redshift/catalog/install.ts';

it('lets several stand-ins begin at once on one database', async () => {
  const install = () => installDatabase(inject('postgresUrl'), 'begun_at_once');
  const url = await install();
  expect(await Promise.all(Array.from({ length: 6 }, install))).toEqual(Array.from({ length: 6 }, () => url));
});
