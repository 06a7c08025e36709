import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { z } from 'zod';

/** A client of oidc-provider. */
export type Client = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>;

/** Of a metadata document: all methods that the client can use (OpenID Connect RP Metadata Choices 1.0 §2). */
export const authMethodChoices = 'token_endpoint_auth_methods_supported';

const methods = z.array(z.string()).catch([]);

/** The methods that a client's metadata offers beside its `token_endpoint_auth_method`. */
export const offeredMethods = (metadata: object): readonly string[] =>
  methods.parse(Reflect.get(metadata, authMethodChoices));

/**
 * Lets a client whose document offers both `none` and `private_key_jwt` use the one that it chooses: oidc-provider
 * holds a client to one method. Such a client (ChatGPT is one) signs where the server's metadata has
 * `private_key_jwt`, others of the kind never do. It weakens nothing, as the document permits `none` to anybody.
 *
 * For `allowClient`, which gets a client of a document made anew for each request.
 */
export function takeOfferedMethod(ctx: KoaContextWithOIDC | undefined, client: Client): void {
  const offered = offeredMethods(client);
  if (!offered.includes('none') || !offered.includes('private_key_jwt')) return;
  const isSigned = typeof ctx?.oidc?.params?.client_assertion === 'string';
  Object.assign(client, { tokenEndpointAuthMethod: isSigned ? 'private_key_jwt' : 'none' });
}
