import { connectAuthorizationServer, defineProvider } from '@mcp-whoami/provider';
import { adviceOf } from './advice.ts';
import { options } from './options.ts';
import { oauth2Upstream } from './upstream.ts';

/**
 * An OAuth 2.0 authorization server that is not an OpenID Connect provider, with metadata (RFC 8414) or without.
 *
 * @example
 * const connection = await oauth2Custom.connect(
 *   { issuer: 'https://idp.example.com/oauth' },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const oauth2Custom = defineProvider({
  id: 'oauth2-custom',
  title: 'OAuth 2.0',
  environmentPrefix: 'OAUTH2',
  // Of oauth2-proxy, which stands before many servers.
  foreignVariables: /^PROXY_/,
  options,
  issuerOption: { field: 'issuer', type: 'oauth' },
  upstream: oauth2Upstream,
  connect: (settings, context) => {
    const { issuer = '', authorizationEndpoint, tokenEndpoint, pkce } = settings;
    const { userinfoUrl, userinfoBody, introspectionUrl } = settings;
    return connectAuthorizationServer(
      {
        metadata:
          authorizationEndpoint !== undefined && tokenEndpoint !== undefined
            ? { kind: 'byHand', authorizationEndpoint, tokenEndpoint, pkce }
            : { kind: 'discover', type: 'oauth', issuer },
        // Introspection is instead of userinfo, unless both are configured.
        userinfoRole: introspectionUrl !== undefined && userinfoUrl === undefined ? 'none' : 'profile',
        userinfo: {
          url: userinfoUrl,
          method: settings.userinfoMethod,
          headers: settings.userinfoHeaders,
          body: userinfoBody && JSON.stringify(userinfoBody),
        },
        introspectionUrl,
        mapping: { subjectPath: settings.subjectPath, claimsPath: settings.claimsPath },
        settings,
        advice: adviceOf(settings),
      },
      context,
    );
  },
});
