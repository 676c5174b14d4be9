/** `run_ended` as a person says it: "Run ended". */
export function eventWords(kind: string): string {
  const words = kind.replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
