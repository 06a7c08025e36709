import { shownUrl } from '@mcp-whoami/environment';
import { quote } from '@mcp-whoami/provider';
import type { Check, Evidence } from '../check.ts';
import { type Finding, ok, skipped } from '../finding.ts';
import { isTlsFailure, networkFailure } from '../network-failure.ts';
import { outcomeOf, probe } from '../probe.ts';
import type { Subject } from '../subject.ts';
import { type PublicAnswers, readResourceMetadata, resourceMetadataUrl } from '../view/public-answers.ts';
import { challengeFinding } from './challenge.ts';
import { plainHttpFindings } from './plain-http.ts';

/** What clients meet at the public URL of this server (RFC 9728), with every proxy that stands before it. */
export const publicAddressCheck: Check = {
  title: 'This server, at its public address',
  run: async ({ subject, answers, view }: Evidence) => {
    const { publicUrl, resource } = subject;
    if (publicUrl === undefined || resource === undefined || answers === undefined) {
      const why = 'PUBLIC_URL cannot be read, or is not set with PORT=0.';
      return [skipped('address', 'The public address.', why, ['PUBLIC_URL=https://mcp.example.com'])];
    }
    if (!answers.isUp) return [notUp(publicUrl, answers)];
    if (subject.connection === undefined && subject.provider === undefined) {
      return [
        skipped('address.challenge', 'The way to the sign-in.', 'Nobody signs in here (PROVIDER=none).'),
      ];
    }
    return [
      challengeFinding(resource, answers),
      await resourceMetadataFinding(subject, resource, answers),
      ...issuerFindings(subject, answers, view?.issuer),
      ...(await plainHttpFindings(publicUrl)),
    ];
  },
};

function notUp(publicUrl: string, { challenge }: PublicAnswers): Finding {
  const failure = networkFailure(challenge.error);
  const title = `Nothing of this server answers at ${publicUrl}: ${outcomeOf(challenge)}.`;
  if (failure !== undefined && isTlsFailure(failure)) {
    const why = 'Clients stop at that.';
    return {
      id: `address.${failure.kind}`,
      severity: 'error',
      title: `${publicUrl} ${failure.text}.`,
      why,
      mend: failure.mend,
    };
  }
  return skipped('address.down', title, 'The server is not up, or not reached from here by that name.', [
    'Start it, and run the doctor once more: then its address is checked too.',
    'PUBLIC_URL is the URL that clients use.',
  ]);
}

/** Whether the metadata of the resource is where clients look, and names the very URL that they call (RFC 9728 §3.3). */
async function resourceMetadataFinding(
  { publicUrl }: Subject,
  resource: string,
  answers: PublicAnswers,
): Promise<Finding> {
  const id = 'address.resource-metadata';
  const said = readResourceMetadata(answers);
  if (said === undefined) {
    const { pathname } = new URL(resource);
    const under = publicUrl && `${publicUrl}/.well-known/oauth-protected-resource/mcp`;
    const isUnder = under !== undefined && (await probe(under)).answer?.status === 200;
    return {
      id,
      severity: 'error',
      title: `No metadata of the resource where clients look: ${outcomeOf(answers.resourceMetadata)}.`,
      why: 'It says whose tokens this server takes (RFC 9728): without it no client knows where to sign in.',
      mend: [
        ...(isUnder
          ? [`It is at ${under}, where no client looks: it stands before the path of PUBLIC_URL.`]
          : []),
        `Have the proxy hand on /.well-known/oauth-protected-resource${pathname} to this server.`,
      ],
    };
  }
  if (said.resource === resource) return ok(id, `Clients find the metadata of ${resource}.`);
  return {
    id,
    severity: 'error',
    title: `The metadata at ${shownUrl(resourceMetadataUrl(resource))} is of the resource ${quote(said.resource)}, not of ${resource}.`,
    why: 'Clients compare it with the URL that they call, and stop.',
    mend: ['Start the server with the URL that clients use:', `PUBLIC_URL=${publicUrl}`],
  };
}

/** Whether what runs there has the same identity provider as these variables. */
function issuerFindings(
  { isEmbedded, connection }: Subject,
  answers: PublicAnswers,
  expected: string | undefined,
): Finding[] {
  const [named] = readResourceMetadata(answers)?.authorization_servers ?? [];
  if (named === undefined || isEmbedded || connection === undefined || named === expected) return [];
  return [
    {
      id: 'address.issuer',
      severity: 'warning',
      title: `The server there sends clients to ${quote(named)}, these variables to ${quote(expected)}.`,
      why: 'It runs with other variables than the doctor, so what is said here is not about it.',
      mend: ['Run the doctor with the variables of that server, or restart it with these.'],
    },
  ];
}
