import type { ReactNode } from 'react';

import { Icon, type IconName } from '../components/values/icon.tsx';
import { type Theme, applyTheme, theme, zone } from './preferences.ts';
import styles from './shell.module.css';

interface Choice<Value> {
  readonly value: Value;
  readonly words: string;
  readonly icon?: IconName;
}

const THEME_CHOICES: readonly Choice<Theme>[] = [
  { value: 'system', words: 'As the system', icon: 'screen' },
  { value: 'light', words: 'Light', icon: 'sun' },
  { value: 'dark', words: 'Dark', icon: 'moon' },
];

/** Light, dark, or as the system says. */
export function ThemeSwitch(): ReactNode {
  return <Switch label="Theme" choices={THEME_CHOICES} chosen={theme.useChoice()} onChoose={chooseTheme} />;
}

function chooseTheme(chosen: Theme): void {
  applyTheme(chosen);
  theme.choose(chosen);
}

/** Times in the viewer's own zone or in UTC; nothing to choose where they are the same. */
export function ZoneSwitch(): ReactNode {
  const local = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const chosen = zone.useChoice();
  if (SAME_AS_UTC.has(local)) return null;
  const city = local.split('/').at(-1)?.replaceAll('_', ' ') ?? local;
  return (
    <Switch
      label="Times in"
      choices={[
        { value: 'local', words: city },
        { value: 'utc', words: 'UTC' },
      ]}
      chosen={chosen}
      onChoose={zone.choose}
    />
  );
}

const SAME_AS_UTC: ReadonlySet<string> = new Set(['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT']);

interface SwitchProps<Value extends string> {
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

function Switch<Value extends string>({ label, choices, chosen, onChoose }: SwitchProps<Value>): ReactNode {
  return (
    <div className={styles['switch']} role="group" aria-label={label}>
      {choices.map(({ value, words, icon }) => (
        <button
          key={value}
          type="button"
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
          title={`${label}: ${words}`}
        >
          {icon === undefined ? words : <Icon name={icon} size={14} />}
          {icon === undefined ? null : <span className="unseen">{words}</span>}
        </button>
      ))}
    </div>
  );
}
