export interface PlottedPoint {
  /** What the point belongs to: a partition, a moment. */
  readonly label: string;
  readonly value: number;
  /** Where Enter or a click leads. */
  readonly href?: string | undefined;
}
