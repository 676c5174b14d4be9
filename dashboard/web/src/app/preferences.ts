import { useSyncExternalStore } from 'react';

import type { Zone } from '../format/time-text.ts';

/** One choice of the viewer, kept in the browser. */
interface Preference<Choice extends string> {
  readonly choose: (choice: Choice) => void;
  readonly useChoice: () => Choice;
}

const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const ZONES = ['local', 'utc'] as const;

export const theme = preference('windrow.theme', THEMES);
export const zone = preference('windrow.zone', ZONES);

/** In whose clock the viewer wants to read times. */
export function useZone(): Zone {
  return zone.useChoice() === 'utc' ? 'UTC' : undefined;
}

/** Shows the pages in the theme from now on. */
export function applyTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

function preference<Choice extends string>(key: string, choices: readonly Choice[]): Preference<Choice> {
  const listeners = new Set<() => void>();
  const [usual] = choices;
  if (usual === undefined) throw new Error(`The preference ${key} has no choices.`);
  const current = (): Choice => choices.find((choice) => choice === localStorage.getItem(key)) ?? usual;
  const subscribe = (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    choose: (choice) => {
      localStorage.setItem(key, choice);
      for (const listener of listeners) listener();
    },
    useChoice: () => useSyncExternalStore(subscribe, current),
  };
}
