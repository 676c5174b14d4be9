import { type ChangeSet, ChangeRecorder } from './change-set.ts';
import type { Content } from './content/content-switch.ts';
import { happenContent } from './content/window-content.ts';
import { pickOperation, signIn } from './operations.ts';
import { type Random, randomFrom } from './random.ts';
import type { RowContext } from './row-maker.ts';
import { changeSchema, SCHEMA_CYCLE } from './schema-changes.ts';
import type { ValueRules } from './values.ts';
import type { VaultState } from './vault-state.ts';

export interface EvolutionRules {
  readonly seed: number;
  readonly changesPerWindow: number;
  readonly schemaChanges: boolean;
  readonly rules: ValueRules;
  readonly content: Content;
  /** Milliseconds since 1970 at which the first window begins. */
  readonly from: number;
}

export const WINDOW_MS = 900_000;

/** The Vault moving through time, one 15-minute window after the other. */
export class Evolution {
  readonly state: VaultState;
  readonly #rules: EvolutionRules;
  #windows = 0;

  constructor(rules: EvolutionRules, start: VaultState) {
    this.#rules = rules;
    this.state = start;
  }

  /** How many windows have passed. */
  get windows(): number {
    return this.#windows;
  }

  advance(): ChangeSet {
    this.#windows += 1;
    const window = this.#windows;
    const recorder = new ChangeRecorder();
    const random = randomFrom(this.#rules.seed, 'window', window);
    const { seed, schemaChanges, content } = this.#rules;
    if (schemaChanges) changeSchema({ seed, window, recorder, context: this.#context(random, 0) });
    if (!isQuiet(window)) this.#operate(random, recorder);
    happenContent(content, { window, recorder, context: this.#context(random, 0.999) });
    return recorder.finish(this.state);
  }

  #operate(random: Random, recorder: ChangeRecorder): void {
    const tables = this.state.tables();
    const users = this.state.get('Object.user__sys');
    signIn(users, this.#context(random, 0), recorder);
    for (let change = 1; change < this.#rules.changesPerWindow; change += 1) {
      const context = this.#context(random, change / this.#rules.changesPerWindow);
      if (random.chance(0.03)) signIn(users, context, recorder);
      else pickOperation(context)(random.pick(tables), context, recorder);
    }
  }

  #context(random: Random, share: number): RowContext {
    const start = this.#rules.from + (this.#windows - 1) * WINDOW_MS;
    return { state: this.state, random, rules: this.#rules.rules, at: start + Math.floor(share * WINDOW_MS) };
  }
}

/** Windows in which nobody worked: the fourth of a cycle has a schema change only, the sixth has nothing at all. */
function isQuiet(window: number): boolean {
  return window % SCHEMA_CYCLE === 4 || window % SCHEMA_CYCLE === 6;
}
