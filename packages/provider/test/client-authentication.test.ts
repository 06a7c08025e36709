import { startStandIn } from '@mcp-whoami/testkit';
import { describe, expect, it } from 'vitest';
import { type Question, startIntrospectionEndpoint } from './introspection-endpoint.ts';
import { connect, resource } from './test-provider.ts';

/** What an introspection endpoint is sent of the credentials of this server's client. */
const credentialsSent = async (clientId: string, clientSecret: string, clientAuth: string) => {
  const asked = Promise.withResolvers<Question>();
  await using endpoint = await startIntrospectionEndpoint((question) => {
    question.answer({ active: false });
    asked.resolve(question);
  });
  await using idp = await startStandIn({ signingAlg: 'ES256' });
  await using connection = await connect(
    idp,
    { TEST_CLIENT_ID: clientId, TEST_CLIENT_SECRET: clientSecret, TEST_CLIENT_AUTH: clientAuth },
    { introspectionUrl: endpoint.url },
  );
  await connection.verifyAccessToken('opaque', { resource }).catch(() => undefined);
  const { headers, form } = await asked.promise;
  const basic = Buffer.from(headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
  return { basic, form };
};

describe('the client of this server', () => {
  it('goes out as it is where its characters are those that form encoding leaves alone (RFC 6749 Appendix B)', async () => {
    const { basic } = await credentialsSent('whoami-resource_server.1', 'a*b-c_d.E9', 'client_secret_basic');
    expect(basic).toBe('whoami-resource_server.1:a*b-c_d.E9');
  });

  it('is form-encoded in Basic credentials where it has others', async () => {
    const { basic, form } = await credentialsSent('a:b c', '100%+ü~&=/', 'client_secret_basic');
    expect(basic).toBe('a%3Ab+c:100%25%2B%C3%BC%7E%26%3D%2F');
    expect(form).not.toHaveProperty('client_secret');
  });

  it('is in the body once with client_secret_post', async () => {
    const { basic, form } = await credentialsSent('a:b c', '100%+ü', 'client_secret_post');
    expect(form).toMatchObject({ client_id: 'a:b c', client_secret: '100%+ü' });
    expect(basic).toBe('');
  });
});
