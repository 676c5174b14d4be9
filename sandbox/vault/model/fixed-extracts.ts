import type { Content } from './content/content-switch.ts';
import { type ColumnSpec, type Extract, columns, extractOf } from './extract.ts';

/** Documents, picklists and workflows: extracts that every Vault has with the same names. */
export function fixedExtracts(content: Content): Extract[] {
  const relationships = content.includes('singular_relationships') ? SINGULAR_RELATIONSHIPS : RELATIONSHIPS;
  return [
    extractOf('Document', 'document_version__sys', versionColumns(content)),
    extractOf('Document', relationships, columns(DOCUMENT_RELATIONSHIP)),
    extractOf('Picklist', 'picklist__sys', columns(PICKLIST)),
    extractOf('Workflow', 'workflow__sys', columns(WORKFLOW)),
    extractOf('Workflow', 'workflow_item__sys', columns(WORKFLOW_ITEM)),
    extractOf('Workflow', 'workflow_task__sys', columns(WORKFLOW_TASK)),
    extractOf('Workflow', 'workflow_task_item__sys', columns(WORKFLOW_TASK_ITEM)),
  ];
}

export const RELATIONSHIPS = 'document_relationships__sys';
export const SINGULAR_RELATIONSHIPS = 'document_relationship__sys';

/** Vault once declared the numbers of documents as Number, although they are texts such as VV-00016. */
function versionColumns(content: Content): ColumnSpec[] {
  const isWrong = content.includes('wrong_metadata');
  return columns(DOCUMENT_VERSION).map((spec) =>
    isWrong && spec.name === 'document_number__v' ? { ...spec, declared: 'Number' } : spec,
  );
}

/** The four audit logs; they appear in log files only. */
export function logExtracts(): Extract[] {
  return Object.entries(LOGS).map(([name, text]) => extractOf('Log', name, columns(`${LOG_START} ${text}`)));
}

const DOCUMENT_VERSION = `
  id:String:40 modified_date__v:DateTime doc_id:String:20 version_id:String:40 major_version_number:Number
  minor_version_number:Number type:String:80 subtype:String:80 classification:String:80 source_file:String:500
  rendition_file:String:500 archive__v:Boolean country__v:MultiRelationship:Object.country__v document_number__v:String:40
  effective_date__v:Date lifecycle__v:Picklist name__v:String:100 pages__v:Number product__v:MultiRelationship:Object.product__v
  size__v:Number status__v:Picklist tags__v:MultiPicklist title__v:String:255 type__v:String:80`;

const DOCUMENT_RELATIONSHIP = `
  id:String:20 modified_date__v:DateTime modified_by__v:Relationship:Object.user__sys source_doc_id__v:String:20
  source_version_id:String:40 source_major_version__v:Number source_minor_version__v:Number target_doc_id__v:String:20
  target_version_id:String:40 target_major_version__v:Number target_minor_version__v:Number relationship_type__v:String:80
  source_vault_id__v:String:20 created_date__v:DateTime created_by__v:Relationship:Object.user__sys`;

const PICKLIST = `
  modified_date__v:DateTime object:String:80 object_field:String:80 picklist_value_name:String:80
  picklist_value_label:String:100 status__v:String:20`;

const WORKFLOW = `
  id:String:20 modified_date__sys:DateTime label__sys:String:128 name__sys:String:80 owner__sys:Relationship:Object.user__sys
  type__sys:String:40 status__sys:String:40 due_date__sys:Date cancellation_comment__sys:LongText
  completed_date__sys:DateTime created_by__sys:Relationship:Object.user__sys created_date__sys:DateTime`;

const WORKFLOW_ITEM = `
  id:String:20 workflow__sys:Relationship:Workflow.workflow__sys type__sys:String:40 doc_version_id:String:40
  object_name__sys:String:80 object_record_id__sys:String:20`;

const WORKFLOW_TASK = `
  id:String:20 workflow__sys:Relationship:Workflow.workflow__sys label__sys:String:128
  owner__sys:Relationship:Object.user__sys status__sys:String:40 assigned_date__sys:DateTime due_date__sys:Date
  modified_date__sys:DateTime iteration__sys:Number instructions__sys:LongText`;

const WORKFLOW_TASK_ITEM = `
  id:String:20 task__sys:Relationship:Workflow.workflow_task__sys workflow__sys:Relationship:Workflow.workflow__sys
  task_comment__sys:LongText status__sys:String:40 verdict__sys:String:80 verdict_comment__sys:String:500
  document_id__sys:String:20 object_record_id__sys:String:20`;

const LOG_START = 'id:Number timestamp:DateTime user_name:String:128 full_name:String:128';

/** Names of the REST audit trails; the names inside real log files are not published. */
const LOGS: Readonly<Record<string, string>> = {
  system_audit_trail:
    'action:String:80 item:String:255 field_name:String:80 old_value:LongText new_value:LongText event_description:String:500',
  document_audit_trail:
    'action:String:80 item:String:255 field_name:String:80 old_value:LongText new_value:LongText doc_id:String:20 version:String:20 event_description:String:500',
  object_audit_trail:
    'action:String:80 item:String:255 field_name:String:80 old_value:LongText new_value:LongText record_id:String:20 object_name:String:80 reason:String:500',
  login_audit_trail: 'source_ip:String:45 type:String:80 status:String:80 browser:String:80 platform:String:80',
};
