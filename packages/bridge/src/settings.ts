export { type BridgeOptions, type BridgeSettings, bridgeSettings } from './bridge-settings.ts';
