import { type Command, InvalidArgumentError, Option } from 'commander';

import type { VaultSizes } from '../vault-sizes.ts';

export interface DemoOptions extends VaultSizes {
  readonly exit: boolean;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly home: string;
  readonly windows?: number;
}

/** Below four windows the simulated day has no midnight in it, and no log to load. */
const LEAST_WINDOWS = 4;

export function describeOptions(program: Command): Command {
  return program
    .name('npm run demo --')
    .description(
      'Load a simulated Veeva Vault into a simulated Redshift through the production code, and verify every value.',
    )
    .option('--exit', 'end after verification; exit code 0 only if all is equal', false)
    .option('--json', 'print one JSON object instead of progress and tables', false)
    .option('--fresh', 'forget what earlier demos did', false)
    .option('--seed <number>', 'seed of the Vault (1)', whole(0))
    .option('--objects <number>', 'objects in the Vault (12)', whole(2))
    .option('--rows <number>', 'rows of the Full, roughly (2000)', whole(1))
    .option(
      '--windows <number>',
      `incremental windows before going live, at least ${LEAST_WINDOWS} (12)`,
      whole(LEAST_WINDOWS),
    )
    .addOption(new Option('--home <folder>', 'where all state lies').env('WINDROW_HOME').default('.windrow'));
}

function whole(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d{1,9}$/.test(text) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
  };
}
