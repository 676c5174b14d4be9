import type { FaultBoard, FaultSubject } from '../faults/fault-board.ts';
import type { Vault } from '../vault.ts';
import type { Call } from './call.ts';
import { availableFiles } from './file-list.ts';
import { failure, type Reply } from './reply.ts';

/** `GET …/services/directdata/files/{part}`. */
export async function download(vault: Vault, call: Call): Promise<Reply> {
  const name = call.part.replace(/\.\d+$/, '');
  const file = (await availableFiles(vault)).find((candidate) => candidate.name === name);
  const parts = file === undefined ? [] : await vault.parts.partsOf(file);
  const part = parts.find((candidate) => candidate.name === call.part);
  if (part === undefined) return failure('INVALID_DATA', `Direct Data file part "${call.part}" was not found.`);
  return {
    kind: 'bytes',
    filename: part.filename,
    ...struckBody(part.bytes, { endpoint: 'download', names: [name, part.name] }, vault.faults),
  };
}

/** The bytes of a body after the faults that strike it. */
export function struckBody(
  whole: Buffer,
  subject: FaultSubject,
  faults: FaultBoard,
): { bytes: Buffer; breakOff: boolean } {
  const reset = faults.strike('reset', subject);
  if (reset !== undefined) return { bytes: whole.subarray(0, reset.afterBytes ?? 0), breakOff: true };
  const truncated = faults.strike('truncated', subject);
  if (truncated !== undefined) return { bytes: whole.subarray(0, truncated.bytes), breakOff: false };
  const corrupted = faults.strike('corrupted', subject);
  if (corrupted === undefined) return { bytes: whole, breakOff: false };
  const bytes = Buffer.from(whole);
  const at = Math.min(corrupted.at ?? Math.floor(bytes.length / 2), bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  return { bytes, breakOff: false };
}
