export {
  type BridgedProviderDefinition,
  bridgedOptions,
  defineBridgedProvider,
} from './define-bridged-provider.ts';
