/** Environment variables as they came; every value is text or absent. Read once, at the edge of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;
