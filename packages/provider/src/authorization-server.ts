import type { Advice, VerificationUndecidedError } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { MetadataSource } from './metadata/connected-server.ts';
import type { ResourceServerSettings } from './options.ts';
import type { SubjectMapping, UserinfoEndpoint, UserinfoRole } from './token/user.ts';

/** An authorization server as a provider declares it: where it is, and what it is known to do. */
export interface AuthorizationServer {
  /** Where its metadata is, or what it would say. */
  metadata: MetadataSource;
  /** What userinfo means for a token that was proved without it. */
  userinfoRole: UserinfoRole;
  /** Instead of, or beside, what the metadata says. */
  userinfo?: { [Part in keyof UserinfoEndpoint]?: UserinfoEndpoint[Part] | undefined };
  introspectionUrl?: string | undefined;
  /** Where the user is in the answers of userinfo and introspection; `sub` in the whole answer otherwise. */
  mapping?: SubjectMapping;
  settings: ResourceServerSettings;
  /**
   * Whether what a proved token was given for still holds, by its claims: such as a grant that may have ended. Throws
   * a {@link VerificationUndecidedError} where that cannot be known.
   */
  stillHolds?: ((claims: JsonObject) => Promise<boolean>) | undefined;
  /** What to change at this IdP when a token is refused; `{audience}` in it is the name of that setting. */
  advice?: Advice | undefined;
  /** Whether there are settings of which advice may speak; there are, unless it is in this process or this says no. */
  configurable?: boolean;
}
