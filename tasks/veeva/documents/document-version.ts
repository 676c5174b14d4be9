import { z } from 'zod';

/** One row of the export's document versions, as far as its content is concerned. */
export interface DocumentVersion {
  /** `101_0_1`. */
  readonly id: string;
  /** Empty of a placeholder, which has no file; absent where the export has no such column. */
  readonly source?: string | undefined;
  /** Size of the source file, where the export says so. */
  readonly bytes?: number | undefined;
}

export const DOCUMENT_VERSIONS = 'Document.document_version__sys';

const Version = z.strictObject({
  id: z.string(),
  source: z.string().optional(),
  bytes: z.int().nonnegative().optional(),
});

/** What a row of the export says; never fails, because the rows of a window must not wait for its documents. */
export function documentVersion(row: ReadonlyMap<string, string>): DocumentVersion {
  const id = given(row.get('version_id')) ?? row.get('id') ?? '';
  const source = row.get('source_file');
  const size = row.get('size__v') ?? '';
  const bytes = /^\d{1,15}(\.0*)?$/.test(size) ? Number(size) : undefined;
  return { id, ...(source === undefined ? {} : { source }), ...(bytes === undefined ? {} : { bytes }) };
}

/** One line of a list. */
export function versionLine(version: DocumentVersion): string {
  return `${JSON.stringify(version)}\n`;
}

export function versionFromLine(line: string): DocumentVersion {
  return Version.parse(JSON.parse(line));
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
