export { type SnsSettings, readSnsSettings } from './config.ts';
export { type Notification, type SnsOpened, openSns, snsConnection } from './connector.ts';
export type { WindowNotice, HeldRule } from './notice-message.ts';
