import type { Answer } from './answer.ts';
import type { Session } from './session.ts';

/** Joins a verb to the command line: runs it and prints what it answers. */
export interface Shell {
  /** `run` may answer nothing where it has printed by itself. */
  readonly act: <Given extends readonly unknown[]>(
    run: (session: Session, ...given: Given) => Promise<Answer | undefined>,
  ) => (...given: Given) => Promise<void>;
}
