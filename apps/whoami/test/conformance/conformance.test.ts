import { startStandIn } from '@mcp-whoami/testkit';
import { ownResource } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { startWhoami } from '../start-whoami.ts';
import { addToken } from './add-token.ts';
import { missingFixtures } from './missing-fixtures.ts';
import { runSuite, type Suite } from './run-suite.ts';

/** The suites, and how many scenarios each has for a server. */
const suites: [string, Suite, number][] = [
  ['0.1.16', { package: '@modelcontextprotocol/conformance-0.1' }, 32],
  [
    '0.2.0-alpha.12 of 2025-11-25',
    { package: '@modelcontextprotocol/conformance', revision: '2025-11-25' },
    33,
  ],
  [
    '0.2.0-alpha.12 of 2026-07-28',
    { package: '@modelcontextprotocol/conformance', revision: '2026-07-28' },
    40,
  ],
];

describe.each(suites)('the conformance suite %s', (_, suite, count) => {
  const expectConformance = async (url: string) => {
    const failures = await runSuite(suite, url);
    const scenarios = Object.keys(failures);
    expect(scenarios).toHaveLength(count);
    expect(failures).toEqual(missingFixtures(scenarios, suite.revision));
  };

  it('finds nothing wrong without authentication', async () => {
    await using whoami = await startWhoami({ PROVIDER: 'none' });
    await expectConformance(whoami.mcp);
  });

  it('finds nothing wrong behind the guard', async () => {
    await using idp = await startStandIn({ signingAlg: 'ES256' });
    await using whoami = await startWhoami({
      PROVIDER: 'generic-oidc',
      OIDC_ISSUER: idp.issuer,
      OIDC_AUDIENCE: ownResource,
    });
    const token = await idp.issueAccessToken({ resource: ownResource });
    await using proxy = await addToken(whoami.mcp, token);
    await expectConformance(proxy.url);
  });
});
