import { formatBytes } from './format-bytes.ts';
import type { WindowRecord } from '#framework';

const WIDTH = 30;

/** A line that tells how far the windows have come; on a terminal it is written over, elsewhere only changes are. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  readonly #expected: number;
  #last = '';

  constructor(out: NodeJS.WriteStream, expected: number) {
    this.#out = out;
    this.#expected = expected;
  }

  show(records: readonly WindowRecord[], bytes: number): void {
    const done = records.filter(({ pipelineStatus }) => pipelineStatus === 'COMPLETED').length;
    const rows = records.reduce((sum, { audit }) => sum + (audit.targetCount ?? 0), 0);
    const total = Math.max(this.#expected, records.length);
    const filled = Math.round((WIDTH * done) / total);
    const line = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${done}/${total} windows, ${rows} rows, ${formatBytes(bytes)}`;
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#out.isTTY && this.#last !== '') this.#out.write('\n');
  }
}
