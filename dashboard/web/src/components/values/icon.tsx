import type { ReactNode } from 'react';

/** Sixteen pixels square, drawn with the colour of the text around. */
const DRAWINGS = {
  home: <path d="M2.5 7.5 8 3l5.5 4.5V13H10V9.5H6V13H2.5z" />,
  dags: (
    <>
      <circle cx="3.5" cy="8" r="1.8" />
      <circle cx="12.5" cy="3.8" r="1.8" />
      <circle cx="12.5" cy="12.2" r="1.8" />
      <path d="M5.2 7.2 10.8 4.6M5.2 8.8l5.6 2.6" />
    </>
  ),
  runs: <path d="M4.5 2.8v10.4L13 8z" />,
  records: <path d="M2.5 3h11v3h-11zM2.5 6.5h11v3h-11zM2.5 10h11v3h-11z" />,
  backfills: <path d="M7.5 3.5 3 8l4.5 4.5M13 3.5 8.5 8l4.5 4.5" />,
  assets: <path d="M8 2 14 5 8 8 2 5zM2 8l6 3 6-3M2 11l6 3 6-3" />,
  files: <path d="M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5" />,
  drift: <path d="M2 5c2-2 4-2 6 0s4 2 6 0M2 11c2-2 4-2 6 0s4 2 6 0" />,
  schedules: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.6V8l2.4 1.6" />
    </>
  ),
  queues: <path d="M2.5 4h11M2.5 8h11M2.5 12h7" />,
  system: <path d="M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5h.01M5 11h.01" />,
  audit: <path d="M8 2l5 2v4c0 3-2.2 5-5 6-2.8-1-5-3-5-6V4zM5.8 8l1.6 1.6L10.4 6.5" />,
  access: <path d="M6 9.5a3 3 0 1 1 2.6-1.5L14 13.5V14h-2v-1.5h-1.5V11H9zM5.4 6.2h.01" />,
  plugins: <path d="M6 2v3M10 2v3M4 5h8v3a4 4 0 0 1-8 0zM8 12v2" />,
  check: <path d="m3.5 8.4 3 3 6-6.6" />,
  cross: <path d="m4.2 4.2 7.6 7.6M11.8 4.2l-7.6 7.6" />,
  dash: <path d="M4 8h8" />,
  wait: (
    <>
      <circle cx="8" cy="8" r="5.2" />
      <path d="M8 5.2V8l1.8 1.2" />
    </>
  ),
  turn: <path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="m10.3 10.3 3.4 3.4" />
    </>
  ),
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1" />
    </>
  ),
  moon: <path d="M13 9.6A5.6 5.6 0 0 1 6.4 3a5.6 5.6 0 1 0 6.6 6.6z" />,
  screen: <path d="M2 3h12v8H2zM6 14h4M8 11v3" />,
  menu: <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />,
  leave: <path d="M9.5 3H3.5v10h6M7 8h6.5M11 5.5 13.5 8 11 10.5" />,
  next: <path d="m6 3.5 4.5 4.5L6 12.5" />,
  question: <path d="M5.8 6a2.2 2.2 0 1 1 3.2 2c-.7.4-1 .8-1 1.6M8 12.2h.01" />,
} satisfies Readonly<Record<string, ReactNode>>;

export type IconName = keyof typeof DRAWINGS;

/** A drawing beside words; it says nothing by itself. */
export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {DRAWINGS[name]}
    </svg>
  );
}
