import type { Temporal } from '#framework';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { FilePart } from '../part-store.ts';
import type { PublishedFile } from '../publisher.ts';
import type { Vault } from '../vault.ts';

export interface ItemForm {
  readonly version: string;
  readonly withSeconds: boolean;
}

type Item = Readonly<Record<string, unknown>>;

/** One file as the list shows it; a window that could not be published holds its name and an error only. */
export async function listItem(vault: Vault, file: PublishedFile, form: ItemForm): Promise<Item> {
  const error = findError(vault, file);
  if (error !== undefined) return error;
  const parts = await vault.parts.partsOf(file);
  return {
    name: file.name,
    filename: `${file.name}.tar.gz`,
    extract_type: file.type,
    start_time: timeText(file.start, form),
    stop_time: timeText(file.stop, form),
    record_count: file.records,
    size: parts.reduce((sum, part) => sum + part.bytes.length, 0),
    fileparts: parts.length,
    filepart_details: parts.map((part) => partItem(vault, file, { part, version: form.version })),
  };
}

function findError({ faults, options }: Vault, file: PublishedFile): Item | undefined {
  const fault = faults.strike('error_item', { names: [file.name] });
  if (fault === undefined) return undefined;
  const now = options.clock.now().epochMilliseconds;
  if (fault.healsAt !== undefined && Date.parse(fault.healsAt) <= now) return undefined;
  const message = `Failed to publish ${file.type} file. The next attempt is at ${fault.nextRetry}.`;
  return { name: file.name, error: { next_retry: fault.nextRetry, message } };
}

interface PartForm {
  readonly part: FilePart;
  readonly version: string;
}

function partItem(vault: Vault, file: PublishedFile, { part, version }: PartForm): Item {
  const names = [file.name, part.name];
  const size = part.bytes.length + (vault.faults.strike('wrong_size', { names }) === undefined ? 0 : 1);
  return {
    name: part.name,
    filename: part.filename,
    filepart: part.number,
    size,
    ...checksum(vault.faults, names, part.md5),
    url: partUrl(vault, names, { part, version }),
  };
}

function checksum(faults: FaultBoard, names: readonly string[], md5: string): Item {
  if (faults.strike('no_md5', { names }) !== undefined) return {};
  const isWrong = faults.strike('wrong_md5', { names }) !== undefined;
  return { md5checksum: isWrong ? `${md5.slice(1)}${md5.slice(0, 1)}` : md5 };
}

function partUrl({ faults, url }: Vault, names: readonly string[], { part, version }: PartForm): string {
  const foreign = faults.strike('foreign_url', { names });
  const isPrivate = faults.strike('private_url', { names }) !== undefined;
  const origin = foreign === undefined ? url : `https://${foreign.host}`;
  return `${origin}/api/${version}/services/directdata/${isPrivate ? 'private/' : ''}files/${part.name}`;
}

function timeText(instant: Temporal.Instant, { withSeconds }: ItemForm): string {
  return instant.toString({ smallestUnit: withSeconds ? 'second' : 'minute' });
}
