import { writtenParams } from '../../format/params-text.ts';
import type { BackfillWish } from '../backfill/backfill-command.ts';

/** What somebody wrote into the form of a new backfill. */
export interface BackfillForm extends Omit<BackfillWish, 'maxActive' | 'params'> {
  readonly maxActive: string;
  readonly params: string;
}

interface ReadForm {
  readonly wish: BackfillWish;
  /** Enough is said to ask for a plan. */
  readonly isWhole: boolean;
  /** What is wrong with the params. */
  readonly trouble: string | undefined;
}

/** What the form asks for, as far as it can be read. */
export function readForm({ params: text, maxActive: count, ...form }: BackfillForm): ReadForm {
  const written = writtenParams(text);
  const maxActive = Number(count);
  const isCount = /^[1-9]\d{0,3}$/.test(count);
  const params = written.kind === 'params' ? written.params : {};
  return {
    wish: { ...form, maxActive, params },
    isWhole: form.dag !== '' && form.from !== '' && form.to !== '' && isCount && written.kind !== 'unreadable',
    trouble: written.kind === 'unreadable' ? written.why : undefined,
  };
}
