import type { Environment } from '@mcp-whoami/environment';
import type { GuardLogger } from '@mcp-whoami/guard';
import type { Check, Evidence } from './check.ts';
import { bridgeCheck } from './checks/bridge.ts';
import { clockCheck } from './checks/clock.ts';
import { configurationCheck } from './checks/configuration.ts';
import { corsCheck } from './checks/cors.ts';
import { keysCheck } from './checks/keys.ts';
import { metadataCheck } from './checks/metadata.ts';
import { publicAddressCheck } from './checks/public-address.ts';
import { registrationCheck } from './checks/registration.ts';
import { type Finding, type Section, skipped } from './finding.ts';
import { judgeToken } from './judge-token.ts';
import type { DoctorOptions } from './options.ts';
import { readSubject } from './read-subject.ts';
import type { Report } from './report.ts';
import { signIn } from './sign-in.ts';
import { TimeLimitError, withinTime } from './time-limit.ts';
import { lookAsClient } from './view/clients-view.ts';
import { askPublicAddress } from './view/public-answers.ts';

/** How long one group of questions may take, in milliseconds. */
const CHECK_LIMIT_MS = 8_000;

/** What the doctor does with the outside beside its questions. */
export interface Surroundings {
  logger: GuardLogger;
  /** Shows a person where to sign in. */
  show(authorizationUrl: URL): void;
  /** The standard input. */
  readToken(): Promise<string>;
}

/** Looks at everything that a sign-in needs, and says what is wrong. One question that fails ends no other. */
export async function runDoctor(
  environment: Environment,
  options: DoctorOptions,
  { logger, show, readToken }: Surroundings,
): Promise<Report> {
  await using subject = await readSubject(environment, logger);
  const { resource } = subject;
  const answers = resource === undefined ? undefined : await askPublicAddress(resource);
  const evidence = { subject, answers, view: await lookAsClient(subject, answers) };
  const checks = [
    configurationCheck,
    metadataCheck,
    registrationCheck(options),
    keysCheck,
    clockCheck,
    corsCheck,
    bridgeCheck,
    publicAddressCheck,
  ];
  const sections = await Promise.all(checks.map((check) => runCheck(check, evidence)));
  const tokens = await tokenFindings(evidence, options, { show, readToken });
  return {
    provider: subject.provider?.id,
    issuer: evidence.view?.issuer,
    publicUrl: subject.publicUrl,
    sections: [...sections, { title: 'Access token', findings: tokens }].filter(
      ({ findings }) => findings.length > 0,
    ),
  };
}

async function runCheck({ title, run }: Check, evidence: Evidence): Promise<Section> {
  try {
    return { title, findings: await withinTime(CHECK_LIMIT_MS, run(evidence)) };
  } catch (error) {
    const why = error instanceof TimeLimitError ? error.message : `a defect of the doctor: ${String(error)}`;
    return { title, findings: [skipped('unfinished', `“${title}” could not be looked at to the end.`, why)] };
  }
}

async function tokenFindings(
  evidence: Evidence,
  { token, signIn: signsIn, clientId }: DoctorOptions,
  { show, readToken }: Pick<Surroundings, 'show' | 'readToken'>,
): Promise<Finding[]> {
  const { subject } = evidence;
  if (token) return judgeToken(subject, await readToken());
  if (signsIn) {
    const signedIn = await signIn(evidence, { clientId, show });
    const judged = signedIn.token === undefined ? [] : await judgeToken(subject, signedIn.token);
    return [...signedIn.findings, ...judged];
  }
  if (subject.provider === undefined) return [];
  const why = 'Audience and scopes are seen in a real token alone.';
  const mend = ['mcp-whoami doctor --sign-in', 'mcp-whoami doctor --token < file-with-the-token'];
  return [skipped('token', 'An access token.', why, mend)];
}
