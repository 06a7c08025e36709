import type { Advice } from './errors.ts';
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
  /** What to change at this IdP when a token is refused; `{audience}` in it is the name of that setting. */
  advice?: Advice | undefined;
}
