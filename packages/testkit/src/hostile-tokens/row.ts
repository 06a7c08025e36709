import type { JsonObject } from '../json.ts';
import type { JwsPart, SigningKey } from '../stand-in/signing.ts';
import type { StandIn } from '../stand-in/start.ts';

/** A token that no resource server may accept. */
export type HostileToken = {
  /** What is wrong with it. */
  name: string;
  /** The rule that forbids it, or the attack it is from. */
  source: string;
  token: string;
  /** The refusal's stable code, where only one check can fail first. */
  expectedCode?: string;
};

export type Forge = {
  idp: StandIn;
  resource: string;
  /** A key that the IdP does not publish. */
  attacker: SigningKey;
  /** Where the attacker would serve keys: on the stand-in's origin, so that its request log tells who asked. */
  attackerKeysUrl: string;
  /** Claims of a good token, with changes. */
  claims: (changes?: JsonObject) => JsonObject;
  /** Claims of a good token without some. */
  without: (...names: string[]) => JsonObject;
  /** Signed by the IdP's own key. */
  signed: (claims: JwsPart, header?: JsonObject) => string;
  /** Signed by the attacker's key. */
  attacked: (claims: JsonObject, header?: JsonObject) => string;
  /** Good claims under an HMAC, which everybody can make who knows the secret. */
  hmac: (secret: string | Buffer, header?: JsonObject, digest?: string) => string;
};
