import type { CsvType } from '../conversion.ts';
import type { FieldBlock } from '../csv/field-block.ts';
import type { RefusedRow } from '../csv/refused.ts';
import { plainNumber } from './decimal-text.ts';
import type { ColumnPlan } from './open-column.ts';

/** Length of a text as a value. */
export type Measure = (block: FieldBlock, row: number, field: number) => number;

/** The first row from `from` on with a value that its pinned column does not hold. What nobody can read is for the column to refuse. */
export type HeldCheck = (block: FieldBlock, from: number) => RefusedRow | undefined;

export function openHeldChecks(plans: readonly ColumnPlan[], measure: Measure): readonly HeldCheck[] {
  return plans.flatMap((plan) => {
    const isHeld = holder(plan, measure);
    return isHeld === undefined ? [] : [heldCheck(plan.index, isHeld)];
  });
}

type IsHeld = (block: FieldBlock, row: number) => boolean;

function heldCheck(field: number, isHeld: IsHeld): HeldCheck {
  return (block, from) => {
    const { starts, ends, width, rows } = block;
    for (let row = from; row < rows; row += 1) {
      const index = row * width + field;
      if (starts[index] !== ends[index] && !isHeld(block, row)) return { code: 'E_VALUE_PINNED', row, field };
    }
    return undefined;
  };
}

function holder({ type, index, holds }: ColumnPlan, measure: Measure): IsHeld | undefined {
  if (holds?.kind === 'short') {
    const { bytes } = holds;
    if (type === 'text') return (block, row) => measure(block, row, index) <= bytes;
    return (block, row) => (plainText(type, fieldText(block, row, index)) ?? '').length <= bytes;
  }
  if (holds?.kind !== 'matching') return undefined;
  const pattern = new RegExp(`^(${holds.pattern})$`);
  return (block, row) => {
    const text = fieldText(block, row, index);
    if (pattern.test(text)) return true;
    const plain = plainText(type, text);
    return plain === undefined || pattern.test(plain);
  };
}

function fieldText({ bytes, starts, ends, width }: FieldBlock, row: number, field: number): string {
  const index = row * width + field;
  return bytes.toString('latin1', starts[index], ends[index]);
}

/** A value as targets write it into a text; undefined where it cannot be read. */
function plainText(type: CsvType, text: string): string | undefined {
  if (type === 'number') return plainNumber(text);
  return type === 'timestamp' ? plainMoment(text) : text;
}

/** Of the second a target writes three digits, or six where it needs them; how many is all that counts here. */
function plainMoment(text: string): string {
  return /[.]\d{3}0*[1-9]/.test(text) ? '0001-01-01T00:00:00.000000Z' : '0001-01-01T00:00:00.000Z';
}
