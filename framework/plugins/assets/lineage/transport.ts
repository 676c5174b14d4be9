import type { Json } from '#framework';

/** Where events of lineage go. */
export interface LineageTransport {
  /** Resolves when the event has arrived; `refused` when it never will, with the reason. Throws when trying again may help. */
  readonly send: (event: Json, signal: AbortSignal) => Promise<Delivery>;
}

export type Delivery = { readonly kind: 'arrived' } | { readonly kind: 'refused'; readonly reason: string };
