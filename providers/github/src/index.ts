import { bridgedOptions, defineBridgedProvider } from '@mcp-whoami/bridge';
import { httpUrl, setting } from '@mcp-whoami/environment';
import { z } from 'zod';
import { githubUpstream } from './upstream.ts';

const siteUrl = httpUrl
  .refine((text) => /^[^:]+:\/\/[^/?#]*\/?$/.test(text), { error: 'the address alone, without a path' })
  .transform((text) => new URL(text).origin);

/**
 * GitHub, or a GitHub Enterprise Server: people sign in there by an OAuth App or a GitHub App of this server.
 *
 * @example
 * const connection = await github.connect(
 *   { clientId: 'Iv1.8a61f9b3a7aba766', clientSecret },
 *   { resources: ['http://localhost:3001/mcp'] },
 * );
 */
export const github = defineBridgedProvider({
  id: 'github',
  title: 'GitHub',
  environmentPrefix: 'GITHUB',
  // Of GitHub Actions, Codespaces and GitHub's own tools.
  foreignVariables:
    /^(TOKEN|PAT|PERSONAL_ACCESS_TOKEN|USER|ENV|OUTPUT|PATH|STATE|STEP_SUMMARY|SHA|JOB|WORKSPACE|HEAD_REF|BASE_REF|RETENTION_DAYS|(API|SERVER|GRAPHQL)_URL|(TRIGGERING_)?ACTOR(_ID)?|(ACTIONS?|CODESPACES?|EVENT|REF|REPOSITORY|RUN|WORKFLOW)(_.*)?)$/,
  options: bridgedOptions({
    url: setting(siteUrl.default('https://github.com'), {
      description: 'GitHub, or the address of a GitHub Enterprise Server, whose API is at `/api/v3` there',
      example: 'https://github.example.com',
      url: true,
    }),
  }).extend({
    // The only way that GitHub's documentation has.
    clientAuth: setting(z.enum(['client_secret_post']).default('client_secret_post'), {
      description: 'how that client authenticates: GitHub knows `client_secret_post` alone',
      example: 'client_secret_post',
    }),
  }),
  upstream: githubUpstream,
});
