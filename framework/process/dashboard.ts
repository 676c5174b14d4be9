import type { Closable } from '../core/closable.ts';
import type { Secret } from '../core/secret.ts';
import type { Windrow } from './windrow.ts';

export interface DashboardOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** With a password: asked of everybody. */
  readonly user?: string;
  readonly password?: Secret;
}

export interface Dashboard extends Closable {
  readonly url: string;
}

/** What the module that package.json names as `windrow.dashboard` exports as `startDashboard`. */
export type StartDashboard = (windrow: Windrow, options: DashboardOptions) => Promise<Dashboard>;
