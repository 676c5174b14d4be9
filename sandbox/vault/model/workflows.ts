import { newRow, type RowContext } from './row-maker.ts';
import type { Row } from './table.ts';

const WORKFLOW = 'Workflow.workflow__sys';
const TASK = 'Workflow.workflow_task__sys';

export function newWorkflow(context: RowContext): Row {
  return newRow(context.state.get(WORKFLOW), context, { name__sys: 'review_wf__c', type__sys: 'document__sys' });
}

export function newWorkflowItem(context: RowContext): Row {
  const { state, random } = context;
  const version = state.get('Document.document_version__sys').findRandomKey(random);
  const onDocument = version !== undefined && random.chance(0.7);
  return newRow(state.get('Workflow.workflow_item__sys'), context, {
    workflow__sys: anyKey(context, WORKFLOW),
    type__sys: onDocument ? 'document_version__sys' : 'object__sys',
    doc_version_id: onDocument ? version : '',
    object_name__sys: onDocument ? '' : 'product__v',
    object_record_id__sys: onDocument ? '' : anyKey(context, 'Object.product__v'),
  });
}

export function newWorkflowTask(context: RowContext): Row {
  return newRow(context.state.get(TASK), context, {
    workflow__sys: anyKey(context, WORKFLOW),
    iteration__sys: String(1 + context.random.below(3)),
  });
}

export function newWorkflowTaskItem(context: RowContext): Row {
  return newRow(context.state.get('Workflow.workflow_task_item__sys'), context, {
    workflow__sys: anyKey(context, WORKFLOW),
    task__sys: anyKey(context, TASK),
  });
}

function anyKey({ state, random }: RowContext, id: string): string {
  return state.get(id).findRandomKey(random) ?? '';
}
