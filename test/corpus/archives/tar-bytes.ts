const BLOCK = 512;

/** A member as it stands in a tar: its header block and the bytes it says it has. */
export interface TarMember {
  readonly header: Buffer;
  readonly body: Buffer;
}

/**
 * Reads a plain tar (ustar) apart from the product's reader; `undefined` for a wrong checksum and for a body that ends early.
 */
export function readTar(tar: Buffer): TarMember[] | undefined {
  const members: TarMember[] = [];
  let at = 0;
  while (at + BLOCK <= tar.length) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return members;
    const size = octal(header, 124, 12);
    if (octal(header, 148, 8) !== checksum(header) || size === undefined) return undefined;
    const end = at + BLOCK + size;
    if (end > tar.length) return undefined;
    members.push({ header, body: tar.subarray(at + BLOCK, end) });
    at = end + padding(size);
  }
  return at === tar.length ? members : undefined;
}

export function writeTar(members: readonly TarMember[]): Buffer {
  const blocks = members.flatMap(({ header, body }) => [header, body, Buffer.alloc(padding(body.length))]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

export function nameOf({ header }: TarMember): string {
  const name = text(header, 0, 100);
  return header[345] === 0 ? name : `${text(header, 345, 155)}/${name}`;
}

/** 0 and NUL are plain files, 5 is a folder. */
export function typeOf({ header }: TarMember): string {
  return header[156] === 0 ? '0' : String.fromCharCode(header[156] ?? 0);
}

/** The member with another body, and a header that says so. */
export function withBody(member: TarMember, body: Buffer): TarMember {
  return { header: withField(member, 124, octalText(body.length, 12)).header, body };
}

/** The member with some bytes of its header replaced and a checksum that fits. */
export function withField(member: TarMember, at: number, bytes: Buffer | string): TarMember {
  const header = Buffer.from(member.header);
  Buffer.from(bytes).copy(header, at);
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return { header, body: member.body };
}

export function withName(member: TarMember, name: string): TarMember {
  const bytes = Buffer.alloc(100);
  bytes.write(name, 0, 100);
  return withField(withField(member, 0, bytes), 345, Buffer.alloc(155));
}

function octalText(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

function checksum(header: Buffer): number {
  return header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0);
}

function octal(header: Buffer, at: number, width: number): number | undefined {
  const digits = text(header, at, width).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits === '' ? '0' : digits, 8) : undefined;
}

function text(header: Buffer, at: number, width: number): string {
  const bytes = header.subarray(at, at + width);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? width : end);
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
