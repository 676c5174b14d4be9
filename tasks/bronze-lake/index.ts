export { Arrival, directoryWindow, landedDirectories } from './landing.ts';
export { type BronzeLakeOptions, bronzeLake } from './ports.ts';
