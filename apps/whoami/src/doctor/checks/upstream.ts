import { quote } from '@mcp-whoami/provider';
import { wellKnownUrls } from '@mcp-whoami/provider/idp';
import { z } from 'zod';
import { type Finding, ok } from '../finding.ts';
import { networkFailure } from '../network-failure.ts';
import { jsonOf, outcomeOf, probe } from '../probe.ts';
import type { IdpAddress } from '../subject.ts';

const document = z.looseObject({ issuer: z.string() });

/** Whether the IdP behind a bridge is found: it is asked only at a sign-in, so the start says nothing of it. */
export async function upstreamFinding(
  title: string,
  { issuer, discoveryUrl, acceptsIssuer = (found) => found === issuer }: IdpAddress,
): Promise<Finding> {
  const id = 'bridge.upstream';
  const { oidc, oauth, oauthAppended } = wellKnownUrls(issuer);
  const urls = discoveryUrl === undefined ? [...new Set([oidc, oauth, oauthAppended])] : [discoveryUrl];
  const probes = await Promise.all(urls.map((url) => probe(url, { redirects: 3 })));
  const said = probes.flatMap((each) => document.safeParse(jsonOf(each)).data ?? []);
  const why = 'People are signed in there.';
  if (said.some((each) => acceptsIssuer(each.issuer))) return ok(id, `${title} answers, as ${issuer}.`);
  const [other] = said;
  if (other !== undefined) {
    const found = `The metadata of ${title} is of the issuer ${quote(other.issuer)}, not of ${issuer}.`;
    return {
      id,
      severity: 'error',
      title: found,
      why,
      mend: ['Configure the issuer exactly as its metadata says it.'],
    };
  }
  const [first] = probes;
  const mend = networkFailure(first?.error)?.mend ?? ['Mind the address of the identity provider.'];
  const reason = first === undefined ? '' : `: ${outcomeOf(first)}`;
  return { id, severity: 'error', title: `${title} cannot be asked${reason}.`, why, mend };
}
