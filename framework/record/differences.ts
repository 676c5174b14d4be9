export interface Differences {
  /** Source minus target: above zero, rows are missing in the target. */
  readonly countDifference: number;
  /** Of the source, rounded half away from zero to two decimals; undefined where the source has no rows but the target does. */
  readonly percentageDifference: string | undefined;
}

/** The figures of an audit. Whole numbers throughout, so no digit passes through a float. */
export function differences(sourceCount: number, targetCount: number): Differences {
  const countDifference = sourceCount - targetCount;
  return { countDifference, percentageDifference: percentage(BigInt(countDifference), BigInt(sourceCount)) };
}

function percentage(part: bigint, whole: bigint): string | undefined {
  if (part === 0n) return '0.00';
  if (whole === 0n) return undefined;
  const size = part < 0n ? -part : part;
  const hundredths = (size * 20_000n + whole) / (whole * 2n);
  const sign = part < 0n && hundredths > 0n ? '-' : '';
  return `${sign}${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
}
