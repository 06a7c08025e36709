import { connectAuthorizationServer, defineProvider } from '@mcp-whoami/provider';
import { environment } from './environment.ts';

/** An OAuth 2.0 authorization server that is no OpenID Connect provider, with metadata (RFC 8414) or without. */
export const oauth2Custom = defineProvider({
  id: 'oauth2-custom',
  title: 'OAuth 2.0',
  environmentPrefix: 'OAUTH2',
  // Of oauth2-proxy, which stands before many servers.
  foreignVariables: /^PROXY_/,
  environment,
  connect: (settings, context) => {
    const { issuer, authorizationEndpoint, tokenEndpoint, introspectionUrl } = settings;
    const byHand =
      authorizationEndpoint !== undefined && tokenEndpoint !== undefined
        ? { authorizationEndpoint, tokenEndpoint, pkce: settings.pkce }
        : undefined;
    return connectAuthorizationServer(
      {
        metadata: byHand ?? { type: 'oauth', issuer: issuer ?? '', issuerField: 'issuer' },
        // Introspection is instead of userinfo, unless both are configured.
        userinfoRole:
          introspectionUrl !== undefined && settings.userinfoUrl === undefined ? 'none' : 'profile',
        userinfo: {
          method: settings.userinfoMethod,
          headers: settings.userinfoHeaders,
          ...(settings.userinfoUrl === undefined ? {} : { url: settings.userinfoUrl }),
          ...(settings.userinfoBody === undefined ? {} : { body: settings.userinfoBody }),
        },
        introspectionUrl,
        mapping: { subjectPath: settings.subjectPath, claimsPath: settings.claimsPath },
        settings,
        urls: {
          issuer,
          authorizationEndpoint,
          tokenEndpoint,
          introspectionUrl,
          userinfoUrl: settings.userinfoUrl,
        },
      },
      context,
    );
  },
});
