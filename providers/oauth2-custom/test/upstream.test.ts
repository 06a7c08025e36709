import type { AskAsPerson, Upstream } from '@mcp-whoami/provider';
import { describe, expect, it } from 'vitest';
import { oauth2Custom } from '../src/index.ts';

const byHand = {
  authorizationEndpoint: 'https://idp.example/authorize',
  tokenEndpoint: 'https://idp.example/token',
  userinfoUrl: 'https://api.idp.example/me',
};
const client = { clientId: 'whoami', clientSecret: 'secret' };

const upstreamOf = (options: Record<string, unknown>): Upstream => {
  const upstream = oauth2Custom.upstream?.(options, { nameOf: (field) => `OAUTH2_${field}` });
  if (upstream === undefined) throw new Error('it is no upstream');
  return upstream;
};

/** What a user endpoint answers, and how it was asked. */
const identify = async (options: Record<string, unknown>, body: unknown, userinfoEndpoint?: string) => {
  const { server } = upstreamOf({ ...client, ...options });
  if (server.kind !== 'oauth2') throw new Error('it has ID tokens');
  const asked: Parameters<AskAsPerson>[] = [];
  const identity = await server.identify(
    async (...question) => {
      asked.push(question);
      return body === undefined ? undefined : { body, next: undefined };
    },
    { userinfoEndpoint },
  );
  return { identity, asked };
};

describe('an OAuth 2.0 server as the upstream of a bridge', () => {
  it('is its endpoints, or where its metadata is', () => {
    expect(upstreamOf({ ...byHand, ...client, scopes: ['identify'] })).toMatchObject({
      server: { kind: 'oauth2', endpoints: { kind: 'byHand', tokenEndpoint: byHand.tokenEndpoint } },
      ...client,
      scopes: ['identify'],
    });
    expect(upstreamOf({ issuer: 'https://idp.example', ...client })).toMatchObject({
      server: { endpoints: { kind: 'discover', issuer: 'https://idp.example' } },
    });
  });

  it('needs a client, and an endpoint that tells of a person', () => {
    expect(() => upstreamOf(byHand)).toThrow(/OAUTH2_clientId is not set.*OAUTH2_clientSecret is not set/s);
    const { userinfoUrl: _, ...endpoints } = byHand;
    const introspectionUrl = 'https://idp.example/introspect';
    expect(() => upstreamOf({ ...endpoints, introspectionUrl, ...client })).toThrow(
      'OAUTH2_userinfoUrl is not set',
    );
  });

  it('takes the person from where the paths say', async () => {
    const { identity, asked } = await identify(
      {
        ...byHand,
        userinfoMethod: 'POST',
        userinfoBody: { query: '{ viewer { id name } }' },
        userinfoHeaders: { 'X-Version': '1' },
        subjectPath: 'data.viewer.id',
        claimsPath: 'data.viewer',
      },
      {
        data: {
          viewer: { id: 7, name: 'Ada', email: 'ada@example.com', email_verified: true, groups: ['staff'] },
        },
      },
    );
    expect(asked).toEqual([
      [
        byHand.userinfoUrl,
        { method: 'POST', headers: { 'X-Version': '1' }, body: '{"query":"{ viewer { id name } }"}' },
      ],
    ]);
    expect(identity).toMatchObject({ id: '7', verifiedEmails: ['ada@example.com'], groups: ['staff'] });
  });

  it('asks the endpoint of the metadata where none is configured', async () => {
    const { asked } = await identify(
      { issuer: 'https://idp.example' },
      { sub: 'ada' },
      'https://idp.example/me',
    );
    expect(asked[0]?.[0]).toBe('https://idp.example/me');
    await expect(identify({ issuer: 'https://idp.example' }, { sub: 'ada' })).rejects.toThrow(
      'OAUTH2_userinfoUrl',
    );
  });

  it.each([undefined, {}, { ok: false, sub: 'ada' }, { error: 'no', sub: 'ada' }, [], 'ada', { sub: '' }])(
    'names nobody by %j',
    async (body) => {
      await expect(identify(byHand, body)).rejects.toThrow('no id of a user');
    },
  );
});
