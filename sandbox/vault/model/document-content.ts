/** The content of one version; a function of its id alone, so that every Vault serves the same bytes. */
export interface DocumentContent {
  readonly fileName: string;
  readonly source: Buffer;
  /** Undefined where Vault finds no text in the file. */
  readonly text: Buffer | undefined;
}

/** A placeholder has a version and no file. */
export function isPlaceholder(document: number): boolean {
  return document % 9 === 0;
}

/** Bytes of the source file of a version: `101_0_1`. */
export function contentBytes(version: string): number {
  return 200 + (sumOf(version) % 5000);
}

export function contentOf(version: string): DocumentContent {
  const [document = ''] = version.split('_');
  const source = filled(`Source file of ${version}.\n`, contentBytes(version));
  const text = Number(document) % 7 === 0 ? undefined : filled(`Text of ${version}: größer, 多.\n`, 300);
  return { fileName: `document ${document}.pdf`, source, text };
}

function filled(line: string, bytes: number): Buffer {
  return Buffer.alloc(bytes, line);
}

function sumOf(text: string): number {
  return Buffer.from(text).reduce((sum, letter) => (sum * 31 + letter) % 1_000_003, 7);
}
