import type { Provider } from '@mcp-whoami/provider';

/** The providers by the value of `PROVIDER`; where one is chosen, only its code is loaded. */
export const providers = {
  dev: async () => (await import('@mcp-whoami/dev')).dev,
  entra: async () => (await import('@mcp-whoami/entra')).entra,
  'generic-oidc': async () => (await import('@mcp-whoami/generic-oidc')).genericOidc,
  github: async () => (await import('@mcp-whoami/github')).github,
  google: async () => (await import('@mcp-whoami/google')).google,
  keycloak: async () => (await import('@mcp-whoami/keycloak')).keycloak,
  logto: async () => (await import('@mcp-whoami/logto')).logto,
  'oauth2-custom': async () => (await import('@mcp-whoami/oauth2-custom')).oauth2Custom,
} satisfies Record<string, () => Promise<Provider>>;

/** The value of `PROVIDER` for a server that lets everybody in. */
export const NO_PROVIDER = 'none';

export type ProviderName = keyof typeof providers | typeof NO_PROVIDER;

function isProviderName(name: string): name is keyof typeof providers {
  return Object.hasOwn(providers, name);
}

/** Every value of `PROVIDER`. */
export const providerNames: readonly ProviderName[] = [
  ...Object.keys(providers).filter(isProviderName),
  NO_PROVIDER,
];

/** Loads a provider; nothing for `none`. */
export async function loadProvider(name: ProviderName): Promise<Provider | undefined> {
  return name === NO_PROVIDER ? undefined : providers[name]();
}
