import { DataFailure } from '../core/failures.ts';
import type { Json } from '../core/json.ts';
import type { Note } from '../dag/extensions.ts';
import { storableJson } from './storable.ts';

/** Some thousand facts; rows of data belong elsewhere. */
const MAX_NOTES_BYTES = 1024 * 1024;

/** What plugins note about one try, until its end is reported. */
export class TaskNotes {
  readonly #notes: Note[] = [];
  #bytes = 0;

  /** @throws DataFailure `E_PLUGIN_NOTE_NOT_JSON`, `E_PLUGIN_NOTES_TOO_LARGE` */
  readonly add = (plugin: string, facts: Json): void => {
    const json = JSON.stringify(facts) ?? '';
    if (json === '' || storableJson(json) !== json) throw notJson(plugin);
    this.#bytes += Buffer.byteLength(json);
    if (this.#bytes > MAX_NOTES_BYTES) throw tooLarge(plugin);
    // As it is now: what the caller changes later does not count.
    const copy: Json = JSON.parse(json);
    this.#notes.push({ plugin, facts: copy });
  };

  get all(): readonly Note[] {
    return [...this.#notes];
  }
}

function notJson(plugin: string): DataFailure {
  return new DataFailure(
    'E_PLUGIN_NOTE_NOT_JSON',
    `A note of the plugin "${plugin}" cannot be kept: expected JSON without U+0000 and halves of surrogate pairs. Note plain values.`,
  );
}

function tooLarge(plugin: string): DataFailure {
  return new DataFailure(
    'E_PLUGIN_NOTES_TOO_LARGE',
    `The notes about this try have become larger than ${MAX_NOTES_BYTES} bytes, the last one by the plugin "${plugin}". ` +
      'Note where data lies instead of the data.',
  );
}
