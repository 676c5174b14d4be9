import { Instant } from './shapes/scalars.ts';

/** Of a list of windows: those that begin between two moments, the second itself not included. */
export const WindowRange = { from: Instant.optional(), to: Instant.optional() };
