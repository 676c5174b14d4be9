import type { SchemaDrift } from '#framework';

/** A change of the target that a window made. */
export const ADDED_COLUMN: SchemaDrift = {
  table: 'orders',
  column: 'size__c',
  change: 'add_column',
  sentence: 'Added column orders.size__c (varchar(16)).',
  decision: 'applied',
  typeAfter: 'varchar(16)',
};
