import { type Identity, quote, type Upstream } from '@mcp-whoami/provider';
import { excessOf, subjectOf } from '@mcp-whoami/provider/idp';
import { AccessTokenRefused } from './ask-as-person.ts';
import { type Failure, isUpstreamError } from './errors.ts';
import { type Session, writeSession } from './session.ts';
import type { SignedIn } from './sign-in.ts';

/** The longest id of an account, in characters (OpenID Connect Core §2). */
const MAX_ID_LENGTH = 255;

/**
 * Makes what is known of a person into the result of a sign-in.
 *
 * @throws {UpstreamError} when the IdP names nobody.
 */
export async function signedIn(
  upstream: Upstream,
  failure: Failure,
  known: {
    identify: () => Identity | Promise<Identity>;
    provedBy: SignedIn['provedBy'];
    session: (identity: Identity) => Session;
    isLasting?: boolean;
    logoutIds?: SignedIn['logoutIds'];
  },
): Promise<SignedIn> {
  const identity = await identified(known.identify, failure);
  if (subjectOf(identity.id) === undefined || identity.id.length > MAX_ID_LENGTH) {
    throw failure('refused', `expected the id of an account, found ${quote(identity.id)}`);
  }
  const excess = excessOf(identity.claims);
  if (excess !== undefined) throw failure('refused', `it tells of the person by ${excess}`);
  return {
    subject: `${upstream.id}:${identity.id}`,
    identity,
    provedBy: known.provedBy,
    session: writeSession(known.session(identity)),
    isLasting: known.isLasting,
    logoutIds: known.logoutIds,
  };
}

async function identified(identify: () => Identity | Promise<Identity>, failure: Failure): Promise<Identity> {
  try {
    return await identify();
  } catch (error) {
    if (isUpstreamError(error) || error instanceof AccessTokenRefused) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw failure('refused', `its answer names nobody: ${reason}`);
  }
}
