import { contentOf } from '../model/document-content.ts';
import type { Vault } from '../vault.ts';
import type { Call } from './call.ts';
import { struckBody } from './download.ts';
import { failure, type Reply } from './reply.ts';

const VERSIONS = 'Document.document_version__sys';

/** `GET …/objects/documents/{id}/versions/{major}/{minor}/file`. */
export async function documentFile(vault: Vault, call: Call): Promise<Reply> {
  const file = await sourceFile(vault, call);
  if (file === undefined) return notFound(call);
  if (file === '') return failure('INVALID_DATA', `No source file found for document version [${call.document}].`);
  const { fileName: filename, source } = contentOf(call.document);
  return { kind: 'bytes', filename, ...struckBody(source, subjectOf(call), vault.faults) };
}

/** `GET …/objects/documents/{id}/versions/{major}/{minor}/text`. */
export async function documentText(vault: Vault, call: Call): Promise<Reply> {
  const file = await sourceFile(vault, call);
  if (file === undefined) return notFound(call);
  const { text } = contentOf(call.document);
  if (file === '' || text === undefined)
    return failure('INVALID_DATA', `No text found for document version [${call.document}].`);
  return { kind: 'bytes', ...struckBody(text, subjectOf(call), vault.faults) };
}

/** Of the version as the Vault holds it now: empty for a placeholder, undefined where there is no such version. */
async function sourceFile({ publisher }: Vault, { document }: Call): Promise<string | undefined> {
  const versions = await publisher.findTable(VERSIONS);
  const row = versions?.find(document);
  return row === undefined ? undefined : row[versions?.slot('source_file') ?? 0];
}

function notFound({ document }: Call): Reply {
  return failure('INVALID_DATA', `Document version [${document}] not found.`);
}

function subjectOf({ endpoint, document }: Call) {
  return { endpoint, names: [document] };
}
