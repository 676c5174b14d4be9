import { RELATIONSHIPS, SINGULAR_RELATIONSHIPS } from './fixed-extracts.ts';
import { contentBytes, isPlaceholder } from './document-content.ts';
import { newRow, type RowContext } from './row-maker.ts';
import type { Row } from './table.ts';

const VERSIONS = 'Document.document_version__sys';

/** A new document, or the next version of one that exists. Its id is `{document}_{major}_{minor}`. */
export function newVersion(context: RowContext): Row {
  const table = context.state.get(VERSIONS);
  const { doc, major, minor } = nextVersion(context);
  const id = `${doc}_${major}_${minor}`;
  return newRow(table, context, {
    id,
    doc_id: String(doc),
    version_id: id,
    major_version_number: String(major),
    minor_version_number: String(minor),
    type: context.random.pick(['sop__c', 'protocol__c', 'label__v']),
    ...fileFacts(id, doc),
    document_number__v: `VV-${String(doc).padStart(5, '0')}`,
  });
}

function fileFacts(id: string, doc: number): Record<string, string> {
  if (isPlaceholder(doc)) return { source_file: '', rendition_file: '', size__v: '' };
  const place = `/api/v26.1/objects/documents/${id.replace('_', '/versions/').replace('_', '/')}`;
  return {
    source_file: `${place}/file`,
    rendition_file: `${place}/renditions/viewable_rendition__v`,
    size__v: String(contentBytes(id)),
  };
}

/** Half of the relationships point at documents rather than versions and leave the version columns empty. */
export function newRelationship(context: RowContext): Row {
  const { state, random } = context;
  const versions = state.get(VERSIONS);
  const [source, target] = [versions.findRandomKey(random), versions.findRandomKey(random)];
  const bound = random.chance(0.5);
  const table = state.find(`Document.${SINGULAR_RELATIONSHIPS}`) ?? state.get(`Document.${RELATIONSHIPS}`);
  return newRow(table, context, {
    ...side('source', source ?? '101_0_1', true),
    ...side('target', target ?? '101_0_1', bound),
    relationship_type__v: random.pick(['basedon__v', 'supersedes__c']),
    source_vault_id__v: '',
  });
}

function nextVersion({ state, random }: RowContext): { doc: number; major: number; minor: number } {
  const table = state.get(VERSIONS);
  const key = random.chance(0.4) ? table.findRandomKey(random) : undefined;
  const [doc = '', major = '', minor = ''] = key?.split('_') ?? [];
  const next = { doc: Number(doc), major: Number(major), minor: Number(minor) + 1 };
  const free = key !== undefined && table.find(`${next.doc}_${next.major}_${next.minor}`) === undefined;
  return free ? next : { doc: 101 + table.issued, major: 0, minor: 1 };
}

function side(which: 'source' | 'target', versionId: string, bound: boolean): Record<string, string> {
  const [doc = '', major = '', minor = ''] = versionId.split('_');
  return {
    [`${which}_doc_id__v`]: doc,
    [`${which}_version_id`]: bound ? versionId : '',
    [`${which}_major_version__v`]: bound ? major : '',
    [`${which}_minor_version__v`]: bound ? minor : '',
  };
}
