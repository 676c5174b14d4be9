import type { Day } from './calendar.ts';
import type { LogDay } from './model/audit-logs.ts';
import { Evolution } from './model/evolution.ts';
import { populate } from './model/populate.ts';
import type { ValueRules } from './model/values.ts';
import type { VaultState } from './model/vault-state.ts';
import type { VaultOptions } from './options.ts';

/** The Vault at the moment Direct Data was switched on. */
export function initialState(options: VaultOptions): VaultState {
  const { seed, objects, rows, enabledAt, content } = options;
  return populate({ seed, objects, rows, content, rules: rulesOf(options), at: enabledAt.epochMilliseconds });
}

export function evolutionFrom(options: VaultOptions, state: VaultState): Evolution {
  const { seed, changesPerWindow, schemaChanges, enabledAt, content } = options;
  const rules = rulesOf(options);
  return new Evolution(
    { seed, changesPerWindow, schemaChanges, content, rules, from: enabledAt.epochMilliseconds },
    state,
  );
}

export function logDay(options: VaultOptions, day: Day): LogDay {
  const { seed, logRows } = options;
  const [start, stop] = [day.start.epochMilliseconds, day.stop.epochMilliseconds];
  return { seed, rows: logRows, rules: rulesOf(options), start, stop };
}

function rulesOf({ multiValueSeparator, wideIntegers }: VaultOptions): ValueRules {
  return { multiValueSeparator, wideIntegers };
}
