import { closestMatch } from 'leven';
import type { ConfigurationProblem } from './configuration-error.ts';
import { type Environment, isSet } from './read-settings.ts';
import type { DescribedSetting } from './setting.ts';

/** What Kubernetes and Docker set, with the name of a service before it, to say where that service is. */
const serviceAddress = /^(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?)?)$/;

/**
 * The variables that begin with a provider's prefix and that nothing reads: one that is a letter short must not turn
 * off, without a word, the check that it asks for.
 *
 * @param foreign the names, without the prefix, that other programs are known to read.
 * @example
 * unknownVariables(process.env, describeEnvironment(settings, 'OIDC'), 'OIDC'); // OIDC_ISUER: OIDC_ISSUER=…
 */
export function unknownVariables(
  environment: Environment,
  known: readonly DescribedSetting[],
  prefix: string,
  foreign?: RegExp,
): ConfigurationProblem[] {
  return unread(environment, known)
    .filter((name) => name.toUpperCase().startsWith(`${prefix}_`))
    .filter((name) => {
      const rest = name.slice(prefix.length + 1);
      return !serviceAddress.test(rest) && !foreign?.test(rest);
    })
    .map((name) => problemOf(name, known, closestMatch(name.toUpperCase(), namesOf(known))));
}

/** A shorter name is close to those of other programs. */
const SHORTEST_TO_COMPARE = 8;

/** Letters in which a misspelled name differs at most; one in a short name, for the same reason. */
const MAX_DISTANCE = 2;

/** The variables that nothing reads and that are, but for a letter or two or the plural, one of those that are known. */
export function misspelledVariables(
  environment: Environment,
  known: readonly DescribedSetting[],
): ConfigurationProblem[] {
  const names = namesOf(known).filter((name) => name.length >= SHORTEST_TO_COMPARE);
  return unread(environment, known).flatMap((name) => {
    const upper = name.toUpperCase();
    const nearest = names.find((candidate) => {
      const maxDistance = Math.min(MAX_DISTANCE, Math.floor((candidate.length - 1) / 4));
      return (
        singular(upper) === singular(candidate) ||
        closestMatch(upper, [candidate], { maxDistance }) !== undefined
      );
    });
    return nearest === undefined ? [] : [problemOf(name, known, nearest)];
  });
}

function singular(name: string): string {
  return name.replace(/(IES|Y|S)$/, '');
}

/** The names that are set and not known. Windows knows no case: there the right spelling has the value too. */
function unread(environment: Environment, known: readonly DescribedSetting[]): string[] {
  const names = new Set(namesOf(known));
  return Object.keys(environment).filter((name) => {
    const upper = name.toUpperCase();
    return isSet(environment[name]) && !names.has(name) && !(names.has(upper) && isSet(environment[upper]));
  });
}

function namesOf(known: readonly DescribedSetting[]): string[] {
  return known.map(({ name }) => name);
}

/** The value is not shown: nothing says that it is no secret. */
function problemOf(
  name: string,
  known: readonly DescribedSetting[],
  nearest: string | undefined,
): ConfigurationProblem {
  const meta = known.find((candidate) => candidate.name === nearest);
  return {
    setting: name,
    found: 'nothing reads a variable of this name',
    expected: `${nearest}, the nearest name that is read`,
    hint: `If it is another program’s, start this one without it: env -u ${name} …`,
    example: meta && `${meta.name}=${meta.example}`,
  };
}
