/** One member of an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'link';
  readonly body: Buffer;
  readonly linkname?: string;
}

export function fileEntry(name: string, text: string): ArchiveEntry {
  return { name, type: 'file', body: Buffer.from(text) };
}

/** Where the updates of an extract lie: `Object/product__v.csv`. */
export function memberOf(extract: string): string {
  return `${extract.replace('.', '/')}.csv`;
}
