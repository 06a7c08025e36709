import {
  type ConfigurationProblem,
  type Environment,
  isSet,
  misspelledVariables,
} from '@mcp-whoami/environment';
import { ownVariables } from './own-variables.ts';
import { providers } from './providers.ts';

/**
 * Finds out whether `PROVIDER` was forgotten: it is not set, but variables of providers are. The default would sign in
 * the development users instead of those of the IdP that is meant.
 */
export async function findForgottenProvider(
  environment: Environment,
): Promise<ConfigurationProblem | undefined> {
  if (isSet(environment.PROVIDER)) return undefined;
  const meant = (await Promise.all(Object.values(providers).map((load) => load())))
    .filter(({ environmentPrefix }) => environmentPrefix !== undefined)
    .map((provider) => {
      const { id } = provider;
      const known = ownVariables(provider);
      const set = known.map(({ name }) => name).filter((name) => isSet(environment[name]));
      const misspelled = misspelledVariables(environment, known).map(({ setting }) => setting);
      return { id, names: [...set, ...misspelled] };
    })
    .filter(({ names }) => names.length > 0)
    .toSorted((one, other) => other.names.length - one.names.length);
  const [first] = meant;
  if (first === undefined) return undefined;
  const set = meant.map(({ id, names }) => `${id} (${names.join(', ')})`).join('; ');
  return {
    setting: 'PROVIDER',
    expected:
      'the provider whose variables are set, or dev to sign in the two development users all the same',
    hint: `There are variables of ${set}.`,
    example: `PROVIDER=${first.id}`,
  };
}
