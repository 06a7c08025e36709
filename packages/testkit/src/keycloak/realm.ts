import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { Admin } from './admin.ts';

/** A realm as Keycloak imports and exports it. */
export type RealmRepresentation = JsonObject & { realm: string };

export type KeycloakRealm = AsyncDisposable & {
  name: string;
  issuer: string;
  /** The Admin REST API below the realm, for whatever has no name of its own here. */
  request: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** `accessTokenLifespan` (s), `notBefore` (s), `enabled` …; what is not named stays. */
  update: (changes: JsonObject) => Promise<void>;
  /** With the realm's default role, as a user made in the console. */
  createUser: (user: { username: string; password: string } & JsonObject) => Promise<void>;
  updateUser: (username: string, changes: JsonObject) => Promise<void>;
  deleteUser: (username: string) => Promise<void>;
  /** Ends the sessions of a user; the offline ones go on (Keycloak's "sign out"). */
  logoutUser: (username: string) => Promise<void>;
  /** Ends one session: `sid` of its tokens. */
  endSession: (sid: string, session?: { offline: boolean }) => Promise<void>;
  /** What is not named stays, in `attributes` too. */
  updateClient: (clientId: string, changes: JsonObject) => Promise<void>;
  /** Signs with a new key from now on; the JWKS has both. */
  addSigningKey: () => Promise<void>;
  /** Leaves only the key that signs now: a token of an older one is worth nothing any more. */
  deleteOldSigningKeys: () => Promise<void>;
};

const identified = z.looseObject({ id: z.string() });

const keyProvider = z.looseObject({
  id: z.string(),
  providerId: z.string(),
  config: z.looseObject({ priority: z.tuple([z.coerce.number()]) }),
});

/** A realm that exists. Disposing of it deletes it. */
export const manageRealm = (admin: Admin, origin: string, name: string): KeycloakRealm => {
  const request: KeycloakRealm['request'] = (method, path, body) => admin(method, `/${name}${path}`, body);

  const one = async (path: string) => {
    const [found] = z.array(identified).parse(await request('GET', path));
    if (!found) throw new Error(`Keycloak: nothing at ${path} of ${name}`);
    return found;
  };
  const user = (username: string) => one(`/users?exact=true&username=${encodeURIComponent(username)}`);
  const client = (clientId: string) => one(`/clients?clientId=${encodeURIComponent(clientId)}`);

  const signingKeys = async () => {
    const components = await request('GET', '/components?type=org.keycloak.keys.KeyProvider');
    return z
      .array(keyProvider)
      .parse(components)
      .filter(({ providerId }) => providerId === 'rsa-generated')
      .sort((one, other) => other.config.priority[0] - one.config.priority[0]);
  };

  return {
    name,
    issuer: `${origin}/realms/${name}`,
    request,
    update: async (changes) => void (await request('PUT', '', changes)),
    createUser: async ({ password, ...user }) => {
      const credentials = [{ type: 'password', value: password, temporary: false }];
      await request('POST', '/users', { enabled: true, emailVerified: true, ...user, credentials });
    },
    updateUser: async (username, changes) => {
      const found = await user(username);
      await request('PUT', `/users/${found.id}`, { ...found, ...changes });
    },
    deleteUser: async (username) => void (await request('DELETE', `/users/${(await user(username)).id}`)),
    logoutUser: async (username) =>
      void (await request('POST', `/users/${(await user(username)).id}/logout`)),
    endSession: async (sid, { offline } = { offline: false }) =>
      void (await request('DELETE', `/sessions/${sid}?isOffline=${offline}`)),
    updateClient: async (clientId, { attributes, ...changes }) => {
      const found = await client(clientId);
      const merged = { ...Object(found.attributes), ...Object(attributes) };
      await request('PUT', `/clients/${found.id}`, { ...found, ...changes, attributes: merged });
    },
    addSigningKey: async () => {
      const [newest] = await signingKeys();
      const { id: parentId } = identified.parse(await request('GET', ''));
      await request('POST', '/components', {
        name: 'rsa-generated, added',
        parentId,
        providerType: 'org.keycloak.keys.KeyProvider',
        providerId: 'rsa-generated',
        config: { priority: [String((newest?.config.priority[0] ?? 0) + 100)], algorithm: ['RS256'] },
      });
    },
    deleteOldSigningKeys: async () => {
      const [, ...old] = await signingKeys();
      for (const { id } of old) await request('DELETE', `/components/${id}`);
    },
    [Symbol.asyncDispose]: async () => void (await request('DELETE', '')),
  };
};
