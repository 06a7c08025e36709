import {
  createAdmission,
  createUpstreamClient,
  isUpstreamError,
  type UpstreamError,
} from '@mcp-whoami/bridge/upstream';
import {
  adaAtEntra,
  type EntraLike,
  type EntraLikeOptions,
  entraTenant,
  graceAtEntra,
  signIn,
  startEntraLike,
} from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { identifyAtEntra } from '../src/identity.ts';
import { entra } from '../src/index.ts';
import { entraUpstream } from '../src/upstream.ts';

const redirectUri = 'http://localhost:3001/oauth/callback';
const state = 'a-state-that-is-made-elsewhere-0123456789';

const start = (options: EntraLikeOptions = {}) =>
  startEntraLike({ redirectUri, signInAs: adaAtEntra, ...options });

const clientOf = (
  { origin, client }: EntraLike,
  { tenant = entraTenant, clientSecret = client.secret }: { tenant?: string; clientSecret?: string } = {},
) =>
  createUpstreamClient(
    entraUpstream({
      tenant,
      authority: origin,
      clientId: client.id,
      clientSecret,
      clientAuth: 'client_secret_basic',
    }),
  );

const begun = async (client: ReturnType<typeof clientOf>) => {
  const { url, secrets } = await client.begin({ state, redirectUri });
  const { searchParams } = await signIn(url, { username: 'ada' });
  return { callback: searchParams, flow: { state, redirectUri, secrets } };
};

const signInAt = async (idp: EntraLike) => {
  const client = clientOf(idp);
  const { callback, flow } = await begun(client);
  return { client, signedIn: await client.finish(callback, flow) };
};

const failureOf = async (attempt: Promise<unknown>): Promise<UpstreamError> => {
  const error = await attempt.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isUpstreamError(error)) throw error;
  return error;
};

describe('signing in at Entra ID', () => {
  it('takes tenant and person for the subject, groups and app roles for groups', async () => {
    await using idp = await start();
    const { signedIn } = await signInAt(idp);
    expect(signedIn).toMatchObject({
      subject: `entra:${entraTenant}:${adaAtEntra.oid}`,
      identity: {
        claims: { name: 'Ada Lovelace', preferred_username: 'ada@example.com', email: 'ada@example.com' },
        verifiedEmails: ['ada@example.com'],
        groups: [...(adaAtEntra.groups ?? []), 'Engineer'],
      },
    });
  });

  it('does not count an address whose domain nobody has verified', async () => {
    await using idp = await start({ signInAs: graceAtEntra });
    const { signedIn } = await signInAt(idp);
    expect(signedIn.identity.verifiedEmails).toEqual([]);
    expect(signedIn.identity.claims).not.toHaveProperty('email');
    idp.change(graceAtEntra, { xms_edov: false });
    expect((await signInAt(idp)).signedIn.identity.verifiedEmails).toEqual([]);
  });

  it('says so when somebody is in more groups than a token names', async () => {
    await using idp = await start();
    const group = adaAtEntra.groups?.[0] ?? '';
    idp.change(adaAtEntra, {
      groups: [group, ...Array.from({ length: 200 }, (_, index) => `group-${index}`)],
    });
    const { signedIn } = await signInAt(idp);
    expect(signedIn.identity.groups).toEqual(['Engineer']);
    const admission = createAdmission({ allowedGroups: [group] });
    expect(admission.admit(signedIn.subject, signedIn.identity)).toBe(false);
    expect(admission.explain(signedIn.subject, signedIn.identity)).toContain(
      'more groups than Entra ID puts',
    );
  });

  it('finds the tenant by one of its domains', async () => {
    await using idp = await start();
    const { body } = await fetch(idp.discoveryUrl).then(async (answer) => ({ body: await answer.json() }));
    idp.fail('metadata', { status: 200, body });
    const client = clientOf(idp, { tenant: 'example.onmicrosoft.com' });
    const { callback, flow } = await begun(client);
    expect((await client.finish(callback, flow)).subject).toBe(`entra:${entraTenant}:${adaAtEntra.oid}`);
  });

  it.each([
    'https://attacker.example/8a7c1f0e-5d2b-4c3a-9e6f-0b1d2c3e4f5a/v2.0',
    '{origin}/{tenantid}/v2.0',
    '{origin}/8a7c1f0e-5d2b-4c3a-9e6f-0b1d2c3e4f5a/v2.0/x',
    '{origin}.attacker.example/8a7c1f0e-5d2b-4c3a-9e6f-0b1d2c3e4f5a/v2.0',
  ])('does not take %s for the issuer of a domain', async (issuer) => {
    await using idp = await start();
    const document = Object(await (await fetch(idp.discoveryUrl)).json());
    const found = issuer.replace('{origin}', idp.origin);
    idp.fail('metadata', { status: 200, body: { ...document, issuer: found } });
    const client = clientOf(idp, { tenant: 'example.onmicrosoft.com' });
    expect(await failureOf(client.begin({ state, redirectUri }))).toMatchObject({
      code: 'upstream_misconfigured',
    });
  });

  it('says that the person cancelled', async () => {
    await using idp = await start();
    const client = clientOf(idp);
    const { flow } = await begun(client);
    const callback = new URLSearchParams({ error: 'access_denied', error_subcode: 'cancel', state });
    expect(await failureOf(client.finish(callback, flow))).toMatchObject({ code: 'upstream_denied' });
  });

  it('takes a wrong secret for this server’s fault', async () => {
    await using idp = await start();
    const client = clientOf(idp, { clientSecret: 'a-wrong-secret' });
    const { callback, flow } = await begun(client);
    expect(await failureOf(client.finish(callback, flow))).toMatchObject({ code: 'upstream_misconfigured' });
  });

  it('refuses an ID token of which no tenant or person can be read', () => {
    const claims = {
      iss: `https://login.example/${entraTenant}/v2.0`,
      tid: entraTenant,
      oid: adaAtEntra.oid,
    };
    expect(identifyAtEntra(claims).id).toBe(`${entraTenant}:${adaAtEntra.oid}`);
    for (const wrong of [{ oid: undefined }, { tid: undefined }, { tid: graceAtEntra.oid }, { oid: 'a:b' }]) {
      expect(() => identifyAtEntra({ ...claims, ...wrong })).toThrow(/tid|oid/);
    }
  });
});

describe('asking Entra ID again', () => {
  it('refreshes, with the refresh token that came last', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp);
    idp.change(adaAtEntra, { groups: [], roles: [] });
    const again = await client.revalidate(signedIn.session);
    expect(again).toMatchObject({
      subject: signedIn.subject,
      identity: { groups: [] },
      provedBy: 'id_token',
    });
    expect(await client.revalidate(again.session)).toMatchObject({ subject: signedIn.subject });
  });

  it('refuses whose access was revoked, and whose account is disabled', async () => {
    await using idp = await start();
    const { client, signedIn } = await signInAt(idp);
    idp.change(adaAtEntra, { disabled: true });
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
    idp.change(adaAtEntra, { disabled: false });
    idp.revoke(adaAtEntra);
    expect(await failureOf(client.revalidate(signedIn.session))).toMatchObject({ code: 'upstream_refused' });
  });
});

describe('the variables of Entra ID', () => {
  const read = (tenant: string | undefined, others: Record<string, string> = {}) =>
    entra.readEnvironment({
      ENTRA_CLIENT_ID: 'id',
      ENTRA_CLIENT_SECRET: 'secret',
      ENTRA_TENANT: tenant,
      ...others,
    });

  it.each([entraTenant, entraTenant.toUpperCase(), 'contoso.onmicrosoft.com'])(
    'take the tenant %s',
    (tenant) => {
      expect(read(tenant)).toMatchObject({ success: true });
    },
  );

  it.each(['common', 'organizations', 'consumers', 'Common'])('refuse %s, with the reason', (tenant) => {
    expect(read(tenant)).toMatchObject({
      problems: [
        { setting: 'ENTRA_TENANT', expected: expect.stringContaining('anybody who has, or makes, a tenant') },
      ],
    });
  });

  it.each([undefined, 'contoso', 'https://login.microsoftonline.com/x', '../common', '{tenantid}'])(
    'refuse the tenant %s',
    (tenant) => {
      expect(read(tenant)).toMatchObject({ problems: [{ setting: 'ENTRA_TENANT' }] });
    },
  );

  it('take the authority of a sovereign cloud', () => {
    expect(read(entraTenant, { ENTRA_AUTHORITY: 'https://login.microsoftonline.us/' })).toMatchObject({
      success: true,
    });
    expect(read(entraTenant, { ENTRA_AUTHORITY: 'https://login.microsoftonline.us/common' })).toMatchObject({
      problems: [{ setting: 'ENTRA_AUTHORITY' }],
    });
  });
});
