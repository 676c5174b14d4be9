export { type DashboardOptions, startDashboard } from './start-dashboard.ts';
