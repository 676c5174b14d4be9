/** The members that have a value: what nobody gave is absent, not undefined. */
export function onlyGiven<Members extends object>(members: Members): OnlyGiven<Members>;
export function onlyGiven(members: object): object {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

export type OnlyGiven<Members> = { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> };
