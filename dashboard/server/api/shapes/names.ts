import { z } from 'zod';

/** Ids of dags and tasks, as the code may name them. */
export const Name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and "_"');

/** The number of a run or a record, as addresses have it. */
export const Id = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, 'expected a number')
  .transform(Number);

export const DagParams = z.object({ id: Name });
export const IdParams = z.object({ id: Id });

/** Keys of assets have `%2F` between their names. */
const Key = z.string().max(255).meta({ example: 'redshift/veeva/product__v' });
export const AssetParams = z.object({ key: Key });
export const CheckParams = z.object({ key: Key, check: Name });
export const PartitionParams = z.object({ key: Key, partition: z.string().max(500) });
