import type { ReactNode } from 'react';

import { type Role, useRefusal } from '../../api/session.ts';
import styles from './controls.module.css';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick?: () => void;
  readonly tone?: 'plain' | 'main' | 'danger' | 'quiet';
  readonly type?: 'button' | 'submit';
  readonly isDisabled?: boolean;
  /** It works on what was pressed: disabled, and says so. */
  readonly isBusy?: boolean;
  /** For people who hear the page, where the words beside it are not enough. */
  readonly label?: string;
  /** What somebody must be to press it: disabled for others, and says why. */
  readonly demands?: Role;
}

/** Something to press that does something; what leads somewhere is a link. */
export function Button({ demands, ...props }: ButtonProps): ReactNode {
  return demands === undefined ? <AnyButton {...props} /> : <DemandingButton {...props} demands={demands} />;
}

type AnyButtonProps = Omit<ButtonProps, 'demands'> & { readonly title?: string };

function DemandingButton({ demands, ...props }: AnyButtonProps & { readonly demands: Role }): ReactNode {
  const refusal = useRefusal(demands);
  return refusal === undefined ? <AnyButton {...props} /> : <AnyButton {...props} isDisabled title={refusal} />;
}

function AnyButton(props: AnyButtonProps): ReactNode {
  const {
    children,
    onClick,
    tone = 'plain',
    type = 'button',
    isDisabled = false,
    isBusy = false,
    label,
    title,
  } = props;
  return (
    <button
      type={type}
      className={`${styles['button']} ${styles[tone]}`}
      onClick={onClick}
      disabled={isDisabled || isBusy}
      aria-busy={isBusy}
      aria-label={label}
      title={title}
    >
      {children}
    </button>
  );
}
