import { bridgedOptions, defineBridgedProvider } from '@mcp-whoami/bridge';
import { setting } from '@mcp-whoami/environment';
import { issuerUrl } from '@mcp-whoami/provider';
import { googleUpstream } from './upstream.ts';

/**
 * Google: people sign in with their account there, of a company (Workspace) or of their own.
 *
 * @example
 * const connection = await google.connect(
 *   { clientId: '407408718192.apps.googleusercontent.com', clientSecret },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const google = defineBridgedProvider({
  id: 'google',
  title: 'Google',
  environmentPrefix: 'GOOGLE',
  // Of Google's own libraries and tools.
  foreignVariables:
    /^(APPLICATION_CREDENTIALS|CREDENTIALS|PROJECT(_ID)?|(.*_)?API_KEY|(API|APPLICATION|CHROME|CLOUD|COMPUTE|FUNCTION|GENAI|GENERATIVE_AI|GMAIL|MAPS|SDK|SERVICE_ACCOUNT|VERTEX|WORKSPACE)_.*)$/,
  options: bridgedOptions({
    issuer: setting(issuerUrl.default('https://accounts.google.com'), {
      description: 'Google’s issuer',
      example: 'https://accounts.google.com',
      url: true,
    }),
  }),
  upstream: googleUpstream,
});
