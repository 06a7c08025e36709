export type { BridgeOptions } from './bridge-settings.ts';
export { bridged } from './bridged.ts';
export {
  type BridgedProviderDefinition,
  bridgedOptions,
  defineBridgedProvider,
} from './define-bridged-provider.ts';
