/** Which partitions of a parent a partition is made from. */
export type PartitionMapping =
  /** The one with the same key. */
  | { readonly kind: 'same' }
  /** All windows that lie in the window, or the one that it lies in. */
  | { readonly kind: 'windows' }
  /** The window so many windows later; negative: earlier. */
  | { readonly kind: 'offset'; readonly by: number }
  | { readonly kind: 'all' }
  /** The newest window, or the last name, that exists. */
  | { readonly kind: 'last' };
