import { ada, startStandIn } from '@mcp-whoami/testkit';
import { verdictOn } from '@mcp-whoami/testkit/provider-suite';
import { describe, expect, it } from 'vitest';
import { connect, resource } from './test-provider.ts';

const listed = 'https://listed.example';

/** An IdP, and a connection that accepts what a value of `<P>_AUDIENCE` says. */
const start = async (audience?: string) => {
  await using stack = new AsyncDisposableStack();
  const idp = stack.use(await startStandIn({ signingAlg: 'ES256' }));
  const environment = audience === undefined ? {} : { TEST_AUDIENCE: audience };
  const connection = stack.use(await connect(idp, environment, { userinfoRole: 'none' }));
  const owned = stack.move();
  /** `accepted`, or the reason of the refusal, of a token with a value of `aud`. */
  const verdict = (aud: unknown, called = resource) =>
    connection.verifyAccessToken(idp.signJwt(idp.validClaims({ aud })), { resource: called }).then(
      () => 'accepted',
      (error: { code?: string }) => error.code,
    );
  return { idp, connection, verdict, [Symbol.asyncDispose]: () => owned.disposeAsync() };
};

const nameless: [string, unknown][] = [
  ['no `aud`', undefined],
  ['null', null],
  ['an empty list', []],
];

describe('a token that names no audience', () => {
  it.each(nameless)('is refused unless the configuration says otherwise: %s', async (_, aud) => {
    await using started = await start();
    expect(await started.verdict(aud)).toBe('audience_unknown');
  });

  it.each(nameless)('is accepted with `none`, at each resource: %s', async (_, aud) => {
    for (const audience of ['none', `none,${listed}`]) {
      await using started = await start(audience);
      expect(await started.verdict(aud)).toBe('accepted');
      expect(await started.verdict(aud, 'http://localhost:3001/sse')).toBe('accepted');
    }
  });

  it('is accepted with `*`', async () => {
    await using started = await start('*');
    expect(await started.verdict(undefined)).toBe('accepted');
  });

  it('is refused with a list that does not have `none`', async () => {
    await using started = await start(listed);
    expect(await started.verdict(undefined)).toBe('audience_unknown');
  });

  it('is accepted with `none` where only the userinfo endpoint proves it', async () => {
    await using idp = await startStandIn({ accessTokens: 'opaque', resource: 'ignored' });
    await using connection = await connect(idp, { TEST_AUDIENCE: 'none' });
    const token = await idp.issueAccessToken();
    expect(await connection.verifyAccessToken(token, { resource })).toMatchObject({
      subject: ada.sub,
      audience: [],
      provedBy: 'userinfo',
    });
    expect(connection.warnings.join('\n')).not.toContain('every token is refused');
  });
});

describe('`none`', () => {
  it('lets in no token that names an audience beside the list', async () => {
    await using alone = await start('none');
    await using beside = await start(`none, ${listed}`);
    for (const aud of ['https://other.example', resource, 'none', '', '*', ['none']]) {
      expect(await alone.verdict(aud), String(aud)).toBe('audience_mismatch');
      expect(await beside.verdict(aud), String(aud)).toBe('audience_mismatch');
    }
    expect(await beside.verdict(listed)).toBe('accepted');
    expect(await beside.verdict(['https://other.example', listed])).toBe('accepted');
  });

  it('is warned about at the start, and offered where it helps', async () => {
    await using started = await start('none');
    expect(started.connection.warnings.join('\n')).toContain('none in TEST_AUDIENCE');
    await using checked = await start();
    const verdict = await verdictOn(
      checked.connection,
      checked.idp.signJwt(checked.idp.validClaims({ aud: undefined })),
    );
    expect(verdict.logMessage).toContain('TEST_AUDIENCE=none');
    expect(checked.connection.warnings).toEqual([]);
  });

  it('does not stand beside `*`', async () => {
    await expect(start('*,none')).rejects.toMatchObject({ code: 'configuration_invalid' });
  });
});

describe('the resource that is called', () => {
  it('is named in any case of scheme and host, byte for byte in its path', async () => {
    await using started = await start();
    const verdictOf = (aud: string, called: string) => started.verdict(aud, called);
    expect(await verdictOf('HTTP://LOCALHOST:3001/mcp', resource)).toBe('accepted');
    expect(await verdictOf(resource, 'http://LocalHost:3001/mcp')).toBe('accepted');
    for (const aud of [
      `${resource}/`,
      'http://localhost:3001/MCP',
      'http://localhost:3001',
      `${resource}?`,
    ]) {
      expect(await verdictOf(aud, resource), aud).toBe('audience_mismatch');
    }
    expect(await verdictOf(resource, `${resource}/`)).toBe('audience_mismatch');
  });
});
