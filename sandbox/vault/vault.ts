import type { FaultBoard } from './faults/fault-board.ts';
import type { VaultOptions } from './options.ts';
import type { PartStore } from './part-store.ts';
import type { Publisher } from './publisher.ts';
import type { Logins } from './server/logins.ts';
import type { Sessions } from './server/sessions.ts';
import type { TruthKeeper } from './truth.ts';

/** The pieces of one running Vault, as its routes see them. */
export interface Vault {
  readonly options: VaultOptions;
  /** `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly publisher: Publisher;
  readonly parts: PartStore;
  readonly faults: FaultBoard;
  readonly sessions: Sessions;
  readonly logins: Logins;
  readonly truth: TruthKeeper;
}
