import type { Closable } from '../core/closable.ts';
import { seconds, type Millis } from '../core/duration.ts';
import type { Log } from '../core/log.ts';
import { repeat } from '../core/timer.ts';
import type { Dispatch, Ready } from '../store/runs/dispatch.ts';
import { findUnsent, forgetSent } from '../store/runs/outbox.ts';
import type { Store } from '../store/store.ts';
import { Admission } from './admission.ts';
import type { Dispatcher } from './dispatcher.ts';

export interface DeliveryOptions {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly log: Log;
}

/** How long an outbox row may stay before somebody else sends it. */
const LATE: Millis = seconds(2);

/**
 * The fast half of the outbox: sends a dispatch right after the transaction that decided it, and forgets the row a little
 * later, off the path of the next task. A dispatch that cannot be sent stays for `resend`.
 */
export class Delivery implements Closable {
  readonly #options: DeliveryOptions;
  readonly #loop: Closable;
  readonly #admission: Admission;
  #sent: number[] = [];

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#admission = new Admission({ ...options, deliver: (dispatches) => this.deliver(dispatches) });
    this.#loop = repeat(
      seconds(0.25),
      () => this.#forget(),
      (error) => options.log.warn('The outbox could not be tidied', { error: String(error) }),
    );
  }

  async deliver(dispatches: readonly Dispatch[]): Promise<void> {
    if (dispatches.length === 0) return;
    try {
      await this.#options.dispatcher.send(dispatches);
      for (const { id } of dispatches) if (id > 0) this.#sent.push(id);
    } catch (error) {
      this.#options.log.warn('Jobs could not be sent; they are sent again from the outbox', {
        jobs: dispatches.length,
        error: String(error),
      });
    }
  }

  /** Sends what a transaction decided, then what its pools have room for. */
  async follow({ dispatches, pools }: Ready): Promise<void> {
    await this.deliver(dispatches);
    if (pools.size > 0) await this.#admission.admit([...pools]);
  }

  /** Sends tasks that limits held and now allow, also those whose wait is over `now`. Returns how many. */
  admitHeld(now: string, atMost: number): Promise<number> {
    return this.#admission.admitHeld(now, atMost);
  }

  /** Sends what another process decided and did not send. Returns how many. */
  async resend(atMost: number): Promise<number> {
    const late = await findUnsent(this.#options.store.database, LATE, atMost);
    await this.deliver(late);
    return late.length;
  }

  async #forget(): Promise<void> {
    const ids = this.#sent;
    if (ids.length === 0) return;
    this.#sent = [];
    await forgetSent(this.#options.store.database.forgetful, ids);
  }

  async close(): Promise<void> {
    await this.#admission.close();
    await this.#loop.close();
    await this.#forget();
  }
}
