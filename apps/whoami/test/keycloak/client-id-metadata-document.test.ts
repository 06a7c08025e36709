import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';
import {
  describeKeycloak,
  hostName,
  type StartedKeycloak,
  startKeycloak,
} from '@mcp-whoami/testkit/keycloak';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { serveClientMetadataDocument } from './serve-client-metadata-document.ts';
import { startWhoamiOnKeycloak, testuser } from './start-whoami-on-keycloak.ts';

/** The first Keycloak with the feature `cimd`. */
const since = '26.7';

const redirectUrl = 'http://127.0.0.1:53682/callback';

/** Keycloak judges the host of the document and those of the redirect URIs in it. */
const hosts = [hostName, '127.0.0.1'];

/**
 * Takes the place of the realm's own policy, which is for clients that register. Without it Keycloak's metadata says
 * `client_id_metadata_document_supported` all the same, and no such client gets in.
 */
const acceptDocuments = {
  clientProfiles: {
    profiles: [
      {
        name: 'cimd',
        executors: [
          {
            executor: 'client-id-metadata-document',
            configuration: {
              'cimd-allow-http-scheme': 'false',
              'cimd-allow-permitted-domains': hosts,
              'cimd-restrict-same-domain': 'false',
              'only-allow-confidential-client': 'false',
            },
          },
        ],
      },
    ],
  },
  clientPolicies: {
    policies: [
      {
        name: 'cimd',
        enabled: true,
        profiles: ['cimd'],
        conditions: [
          {
            condition: 'client-id-uri',
            configuration: {
              'client-id-uri-scheme': ['https'],
              'client-id-uri-allow-permitted-domains': hosts,
            },
          },
        ],
      },
    ],
  },
};

const clientsOfRealm = z.array(z.looseObject({ clientId: z.string() }));

describeKeycloak(
  'a client whose id is the URL of its metadata',
  ({ image }) => {
    let keycloak: StartedKeycloak;
    let document: Awaited<ReturnType<typeof serveClientMetadataDocument>>;
    const stack = new AsyncDisposableStack();
    beforeAll(async () => {
      document = stack.use(
        await serveClientMetadataDocument(hostName, {
          client_name: 'testkit',
          redirect_uris: [redirectUrl],
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          token_endpoint_auth_method: 'none',
        }),
      );
      const trustedCertificates = [document.certificate];
      keycloak = stack.use(await startKeycloak({ image, features: ['cimd'], trustedCertificates }));
    }, 300_000);
    afterAll(() => stack.disposeAsync());

    it.each([
      ['SDK v1', connectSdkV1],
      ['SDK v2', connectSdkV2],
    ])('signs in with %s and registers nothing', async (_, connect) => {
      await using started = await startWhoamiOnKeycloak(keycloak);
      const { realm, whoami } = started;
      await realm.update(acceptDocuments);
      const clientIds = async () =>
        clientsOfRealm.parse(await realm.request('GET', '/clients')).map(({ clientId }) => clientId);
      const before = await clientIds();

      await using client = await connect(whoami.mcp, {
        ...testuser,
        redirectUrl,
        clientMetadataUrl: document.url,
      });
      expect(await client.callWhoami()).toMatchObject({
        sub: expect.stringMatching(/^[0-9a-f-]{36}$/),
        preferred_username: 'testuser',
        name: 'Test User',
        email: 'testuser@example.com',
        azp: document.url,
      });
      expect(client.registeredClient()?.client_id).toBe(document.url);
      expect(client.authorizations.map((url) => url.searchParams.get('client_id'))).toEqual([document.url]);
      // Keycloak keeps the document as a client of that name.
      expect((await clientIds()).sort()).toEqual([...before, document.url].sort());
    });
  },
  { since },
);
