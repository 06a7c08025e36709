import { ada, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { connect, resource } from './test-provider.ts';

describe('the issuer of a token', () => {
  it('may be the one that the metadata has for access tokens (AD FS), and no third', async () => {
    const accessTokenIssuer = 'http://fs.example.com/adfs/services/trust';
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, access_token_issuer: accessTokenIssuer }),
    });
    await using connection = await connect(idp);
    for (const iss of [accessTokenIssuer, idp.issuer]) {
      const { subject, issuer } = await connection.verifyAccessToken(
        idp.signJwt(idp.validClaims({ aud: resource, iss })),
      );
      expect([subject, issuer]).toEqual([ada.sub, idp.issuer]);
    }
    const verdict = await verdictOn(
      connection,
      idp.signJwt(idp.validClaims({ aud: resource, iss: `${accessTokenIssuer}/` })),
    );
    expect(verdict.code).toBe('issuer_mismatch');
    expect(verdict.logMessage).toContain(accessTokenIssuer);
    expect(verdict.logMessage).toContain(idp.issuer);
  });

  it.each([null, '', 5])('is the one of the metadata where that says nothing of use: %o', async (value) => {
    await using idp = await startStandIn({
      transformMetadata: (document) => ({ ...document, access_token_issuer: value }),
    });
    await using connection = await connect(idp);
    const verdictFor = (iss: unknown) =>
      verdictOn(connection, idp.signJwt(idp.validClaims({ aud: resource, iss })));
    for (const iss of [value, null, '', undefined]) {
      expect((await verdictFor(iss)).code).toBe('issuer_mismatch');
    }
  });

  it('is explained where it is that of Entra ID’s version 1.0', async () => {
    await using idp = await startStandIn();
    await using connection = await connect(idp);
    const verdictFor = (iss: string) =>
      verdictOn(connection, idp.signJwt(idp.validClaims({ aud: resource, iss })));
    const { code, logMessage } = await verdictFor('https://sts.windows.net/9188040d/');
    expect(code).toBe('issuer_mismatch');
    expect(logMessage).toContain('requestedAccessTokenVersion');
    expect(logMessage).toContain('accessTokenAcceptedVersion');
    expect((await verdictFor('https://other.example/')).logMessage).not.toContain('Entra');
  });
});
