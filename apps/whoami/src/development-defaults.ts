import process from 'node:process';

// Loaded before the server by `dev` and `watch`: the realm that `pnpm keycloak` serves. A default for those who chose
// a provider only; without PROVIDER it would look as if that had been forgotten.
if (process.env.PROVIDER) process.loadEnvFile(new URL('../../../.env', import.meta.url));
