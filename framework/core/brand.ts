declare const brand: unique symbol;

/** A value that must not be swapped with another of the same shape, such as a run id and a record id. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
