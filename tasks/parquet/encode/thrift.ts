/** A value in Thrift's compact protocol, in which Parquet writes its headers and its footer. */
export interface Thrift {
  readonly type: number;
  readonly bytes: Uint8Array;
}

const [TRUE, INT32, INT64, BINARY, LIST, STRUCT] = [1, 5, 6, 8, 9, 12];
/** A field is named by what its id adds to that of the one before, in four bits. */
const LARGEST_STEP = 15;
/** From here on the length of a list stands behind its header. */
const LONG_LIST = 15;

/** A number of no more than 32 bits, not negative. */
export function int32(value: number): Thrift {
  return { type: INT32, bytes: Uint8Array.from(varint(value * 2)) };
}

/** A number up to 2^52, not negative. */
export function int64(value: number): Thrift {
  return { type: INT64, bytes: Uint8Array.from(varint(value * 2)) };
}

/** A field that is true. */
export function yes(): Thrift {
  return { type: TRUE, bytes: new Uint8Array(0) };
}

export function text(value: string): Thrift {
  const bytes = Buffer.from(value);
  return { type: BINARY, bytes: Buffer.concat([Uint8Array.from(varint(bytes.length)), bytes]) };
}

/** Values of one type; there must be at least one. */
export function list(items: readonly Thrift[]): Thrift {
  const type = items[0]?.type ?? STRUCT;
  const header =
    items.length < LONG_LIST ? [items.length * 16 + type] : [LONG_LIST * 16 + type, ...varint(items.length)];
  return { type: LIST, bytes: Buffer.concat([Uint8Array.from(header), ...items.map(({ bytes }) => bytes)]) };
}

/** Fields by id, those that are undefined left out. Keys that are whole numbers are always in ascending order. */
export function struct(fields: Readonly<Record<number, Thrift | undefined>>): Thrift {
  const pieces: Uint8Array[] = [];
  let last = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const step = Number(key) - last;
    const header = step <= LARGEST_STEP ? [step * 16 + value.type] : [value.type, ...varint(Number(key) * 2)];
    pieces.push(Uint8Array.from(header), value.bytes);
    last += step;
  }
  return { type: STRUCT, bytes: Buffer.concat([...pieces, Uint8Array.of(0)]) };
}

/** Seven bits a byte, the lowest first; each byte but the last has its high bit set. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
