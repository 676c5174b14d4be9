export { type ExtractType, fileName } from './calendar.ts';
export { type Fault, type FaultKind, type FaultOf } from './faults/fault.ts';
export type { FaultBoard } from './faults/fault-board.ts';
export type { VaultType } from './model/extract.ts';
export type { VaultOptions } from './options.ts';
export type { VaultFile } from './server/describe-files.ts';
export { type VaultSandbox, startVault } from './start-vault.ts';
export type { TruthTable } from './truth.ts';
