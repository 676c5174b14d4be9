/** One change that a target made to its own schema, or a removal in the source that it met and left alone. */
export interface SchemaDrift {
  readonly table: string;
  readonly column?: string;
  /** A word of the target, such as `add_column`. */
  readonly change: string;
  readonly sentence: string;
}
