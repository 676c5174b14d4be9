import { newRelationship, newVersion } from './documents.ts';
import { newPicklistRow } from './picklists.ts';
import { newRow, type RowContext } from './row-maker.ts';
import type { Row, Table } from './table.ts';
import { newWorkflow, newWorkflowItem, newWorkflowTask, newWorkflowTaskItem } from './workflows.ts';

/** Adds one new record to the table and returns its key. */
export function insertInto(table: Table, context: RowContext): string {
  const make = MAKERS[table.extract.name];
  return table.put(make === undefined ? newObjectRow(table, context) : make(context));
}

const MAKERS: Readonly<Record<string, (context: RowContext) => Row>> = {
  document_version__sys: newVersion,
  document_relationships__sys: newRelationship,
  document_relationship__sys: newRelationship,
  picklist__sys: newPicklistRow,
  workflow__sys: newWorkflow,
  workflow_item__sys: newWorkflowItem,
  workflow_task__sys: newWorkflowTask,
  workflow_task_item__sys: newWorkflowTaskItem,
};

function newObjectRow(table: Table, context: RowContext): Row {
  const number = table.issued + 1;
  return newRow(table, context, {
    global_id__sys: `${table.extract.name}_${number}`,
    link__sys: '',
    ...(table.extract.name === 'user__sys' ? { username__sys: `user${number}@acme.com` } : {}),
    ...(context.random.chance(0.05) && table.extract.name === 'security_policy__sys'
      ? { description__sys: 'policy '.repeat(35) }
      : {}),
  });
}
