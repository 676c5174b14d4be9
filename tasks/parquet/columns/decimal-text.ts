/** An exact number as an integer and the count of its digits behind the point. */
export interface ExactNumber {
  readonly unscaled: bigint;
  readonly scale: number;
  /** Digits before the point, without leading zeros. */
  readonly integerDigits: number;
}

const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Longer than any text of a 38-digit number that a sane system writes; bounds the work on hostile input. */
const LONGEST_NUMBER = 400;
/** Zeros that are written at the end of a fraction count as digits up to here: `1.50` has a scale of 2. */
const WRITTEN_SCALE = 18;

/** Reads sign, digits, point and exponent without passing through a float; undefined where the text is no number. */
export function readNumber(text: string): ExactNumber | undefined {
  const match = text.length <= LONGEST_NUMBER ? NUMBER.exec(text) : null;
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const scale = fraction.length - Number(exponent);
  const magnitude = placed((whole + fraction).replace(/^0+/, ''), scale);
  return sign === '-' ? { ...magnitude, unscaled: -magnitude.unscaled } : magnitude;
}

/** @param digits without leading zeros */
function placed(digits: string, scale: number): ExactNumber {
  if (digits === '') return { unscaled: 0n, scale: Math.min(Math.max(scale, 0), WRITTEN_SCALE), integerDigits: 0 };
  // No column holds such a number; saying so must not cost memory for its zeros.
  if (Math.abs(scale) > LONGEST_NUMBER)
    return { unscaled: 1n, scale: Math.max(scale, 0), integerDigits: LONGEST_NUMBER };
  if (scale < 0)
    return { unscaled: BigInt(digits + '0'.repeat(-scale)), scale: 0, integerDigits: digits.length - scale };
  const zeros = digits.length - digits.replace(/0+$/, '').length;
  const cut = Math.max(0, Math.min(zeros, scale - WRITTEN_SCALE));
  return {
    unscaled: BigInt(digits.slice(0, digits.length - cut)),
    scale: scale - cut,
    integerDigits: Math.max(0, digits.length - scale),
  };
}

/** The number without a plus sign, an exponent and zeros that say nothing; undefined where the text is no number. */
export function plainNumber(text: string): string | undefined {
  const number = readNumber(text);
  if (number === undefined) return undefined;
  const digits = decimalText(number.unscaled, number.scale);
  return number.scale === 0 ? digits : digits.replace(/[.]?0+$/, '');
}

/** `-12.50` for -1250 at scale 2. */
export function decimalText(unscaled: bigint, scale: number): string {
  const negative = unscaled < 0n;
  const digits = String(negative ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const text = scale === 0 ? whole : `${whole}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}
