import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Middleware } from '@mcp-whoami/authorization-server';
import type { WarningLogger } from '@mcp-whoami/provider';
import { z } from 'zod';
import { routes } from '../paths.ts';

/** RFC 5116 §5.3: bytes of nonce and tag. A random nonce is good for 2^32 registrations (NIST SP 800-38D §8.3). */
const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The longest client id: it stands in URLs, and in each token. */
const MAX_ID_CHARACTERS = 2_048;

/** How long a registration may be for that, with what is beside the texts of the client. */
const MAX_REGISTRATION_CHARACTERS = 1_200;

/** What a client is unless its registration says otherwise: that need not stand in its id. */
const usual = {
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
};

/** What of a registration tells one client from another. */
const registration = z.object({
  redirect_uris: z.array(z.string()),
  client_name: z.string().optional(),
  client_secret: z.string().optional(),
  token_endpoint_auth_method: z.string().default(usual.token_endpoint_auth_method),
  grant_types: z.array(z.string()).default(usual.grant_types),
  client_id_issued_at: z.number().optional(),
});

const clientMetadata = z.looseObject({ client_id: z.string() });

/**
 * Clients whose id is their registration (RFC 7591 §5: a stateless registration), sealed by a key of the bridge. So
 * no flood of registrations can push another one out, and none is forgotten before the key is.
 */
export interface RegisteredClients {
  /** The id of a client; nothing where the registration is too long for one. */
  idOf(metadata: object): string | undefined;
  /** The registration that an id is; nothing where this bridge has not made it. */
  find(id: string): Record<string, unknown> | undefined;
}

export function createRegisteredClients(key: Buffer): RegisteredClients {
  return {
    idOf: (metadata) => {
      const kept = Object.entries(registration.parse(metadata)).filter(
        ([name, value]) => !isDeepStrictEqual(value, Reflect.get(usual, name)),
      );
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce);
      const parts = [nonce, cipher.update(JSON.stringify(Object.fromEntries(kept)), 'utf8'), cipher.final()];
      const id = Buffer.concat([...parts, cipher.getAuthTag()]).toString('base64url');
      return id.length <= MAX_ID_CHARACTERS ? id : undefined;
    },
    find: (id) => {
      const bytes = Buffer.from(id, 'base64url');
      // Only the one spelling that was given (Node reads others as the same bytes).
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== id) return undefined;
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      }).setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        const opened: unknown = JSON.parse(Buffer.concat([text, decipher.final()]).toString('utf8'));
        return { ...registration.parse(opened), client_id: id };
      } catch {
        return undefined;
      }
    },
  };
}

/** Has the registration endpoint answer with the id that the registration is. */
export function sealRegistrations(clients: RegisteredClients, logger: WarningLogger): Middleware {
  return async (ctx, next) => {
    await next();
    if (ctx.path !== routes.registration || ctx.status !== 201) return;
    const metadata = clientMetadata.parse(ctx.body);
    const id = clients.idOf(metadata);
    if (id !== undefined) {
      ctx.body = { ...metadata, client_id: id };
      return;
    }
    const error = 'invalid_client_metadata';
    const description = `redirect_uris and client_name are too long together: expected some ${MAX_REGISTRATION_CHARACTERS} characters at most`;
    logger.warn({ reason: error }, description);
    ctx.status = 400;
    ctx.body = { error, error_description: description };
  };
}
