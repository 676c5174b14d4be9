export { type EventBridgeSettings, readEventBridgeSettings } from './config.ts';
export {
  type EventBridgeOpened,
  type Hold,
  type Released,
  eventBridgeConnection,
  openEventBridge,
} from './connector.ts';
