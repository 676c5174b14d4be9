const [SHORTEST, LONGEST] = [12, 1024];
const MADE_BYTES = 15;

export function isPassword(text: string): boolean {
  return text.length >= SHORTEST && text.length <= LONGEST;
}

/** Twenty characters that nobody guesses. */
export function madePassword(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(MADE_BYTES));
  return btoa(String.fromCodePoint(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}
