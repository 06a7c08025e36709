export type { ConnectOptions } from './oauth-session.ts';
export { type ConnectedV1, type ConnectV1Options, connectSdkV1 } from './sdk-v1.ts';
export { type ConnectedV2, type ConnectV2Options, connectSdkV2 } from './sdk-v2.ts';
