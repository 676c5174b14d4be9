import { type ComponentType, lazy } from 'react';

import { read } from '../api/request.ts';
import type { Role } from '../api/session.ts';
import type { IconName } from '../components/values/icon.tsx';

export interface PageRoute {
  readonly path: string;
  readonly page: ComponentType;
}

/** Every page by its address. Each comes as a file of its own when it is first shown. */
export const ROUTES: readonly PageRoute[] = [
  { path: '/', page: page(async () => (await import('../pages/home/home-page.tsx')).HomePage) },
  { path: '/dags', page: page(async () => (await import('../pages/dags/dags-page.tsx')).DagsPage) },
  { path: '/dags/:id/:view?', page: page(async () => (await import('../pages/dag/dag-page.tsx')).DagPage) },
  { path: '/runs', page: page(async () => (await import('../pages/runs/runs-page.tsx')).RunsPage) },
  { path: '/runs/:id', page: page(async () => (await import('../pages/run/run-page.tsx')).RunPage) },
  { path: '/records', page: page(async () => (await import('../pages/records/records-page.tsx')).RecordsPage) },
  { path: '/records/:id', page: page(async () => (await import('../pages/record/record-page.tsx')).RecordPage) },
  { path: '/backfills', page: page(async () => (await import('../pages/backfills/backfills-page.tsx')).BackfillsPage) },
  {
    path: '/backfills/:id',
    page: page(async () => (await import('../pages/backfill/backfill-page.tsx')).BackfillPage),
  },
  { path: '/schedules', page: page(async () => (await import('../pages/schedules/schedules-page.tsx')).SchedulesPage) },
  { path: '/sensors/:id', page: page(async () => (await import('../pages/sensor/sensor-page.tsx')).SensorPage) },
  { path: '/files/:view?', page: page(async () => (await import('../pages/files/files-page.tsx')).FilesPage) },
  { path: '/drift', page: page(async () => (await import('../pages/drift/drift-page.tsx')).DriftPage) },
  { path: '/plugins', page: page(async () => (await import('../pages/plugins/plugins-page.tsx')).PluginsPage) },
  { path: '/audit', page: page(async () => (await import('../pages/audit/audit-page.tsx')).AuditPage) },
  { path: '/access', page: page(async () => (await import('../pages/access/access-page.tsx')).AccessPage) },
  { path: '/system', page: page(async () => (await import('../pages/system/system-page.tsx')).SystemPage) },
  { path: '/assets', page: page(async () => (await import('../pages/assets/assets-page.tsx')).AssetsPage) },
  { path: '/assets/*', page: page(async () => (await import('../pages/asset/asset-page.tsx')).AssetPage) },
];

export interface NavigationEntry {
  readonly href: string;
  readonly title: string;
  readonly icon: IconName;
  /** Left out for others. */
  readonly demands?: Role;
}

/** The main ways in, in the order of the left side; the queues are a page of the server. */
export const NAVIGATION: readonly NavigationEntry[] = [
  { href: '/', title: 'Home', icon: 'home' },
  { href: '/dags', title: 'Dags', icon: 'dags' },
  { href: '/runs', title: 'Runs', icon: 'runs' },
  { href: '/records', title: 'Records', icon: 'records' },
  { href: '/assets', title: 'Assets', icon: 'assets' },
  { href: '/backfills', title: 'Backfills', icon: 'backfills' },
  { href: '/schedules', title: 'Schedules', icon: 'schedules' },
  { href: '/files', title: 'Files', icon: 'files' },
  { href: '/drift', title: 'Drift', icon: 'drift' },
  { href: '/plugins', title: 'Plugins', icon: 'plugins' },
  { href: '/queues', title: 'Queues', icon: 'queues' },
  { href: '/system', title: 'System', icon: 'system' },
  { href: '/audit', title: 'Audit log', icon: 'audit', demands: 'admin' },
  { href: '/access', title: 'Access', icon: 'access', demands: 'admin' },
];

function page(load: () => Promise<ComponentType>): ComponentType {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch (error) {
      // The server keeps its files from whoever is not logged in any more, and that answer leads to the login.
      await read('/session', new AbortController().signal);
      throw error;
    }
  });
}
