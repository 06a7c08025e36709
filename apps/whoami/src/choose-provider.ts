import { bridgeSettings } from '@mcp-whoami/bridge/settings';
import {
  type ConfigurationProblem,
  describeEnvironment,
  type Environment,
  isSet,
  readEnvironment,
  shownUrl,
} from '@mcp-whoami/environment';
import type { Provider } from '@mcp-whoami/provider';
import { z } from 'zod';
import { findForgottenProvider } from './forgotten-provider.ts';
import { knownProduct } from './known-products.ts';
import { loadProvider } from './providers.ts';
import { serverVariables } from './server-environment.ts';

const { provider, bridge } = serverVariables;

/** The provider that the environment chooses, behind a bridge where it says so; nothing for `none`. */
export interface ChosenProvider {
  provider: Provider | undefined;
  /** What is wrong with the choice. */
  problems: ConfigurationProblem[];
}

/** Chooses the provider. A malformed `PROVIDER` or `BRIDGE` is told where the server's other variables are. */
export async function chooseProvider(environment: Environment): Promise<ChosenProvider> {
  const forgotten = await findForgottenProvider(environment);
  if (forgotten !== undefined) return { provider: undefined, problems: [forgotten] };
  const chosen = readEnvironment(z.object({ provider, bridge }), environment);
  if (!chosen.success) return { provider: undefined, problems: asProduct(environment.PROVIDER) };
  const { provider: name, bridge: wanted } = chosen.values;
  const loaded = await loadProvider(name);
  const isBridge = loaded?.isBridge === true || wanted === true;
  if (!isBridge) return { provider: loaded, problems: unreadVariables(environment) };
  if (loaded?.isBridge && wanted === false) {
    const expected = `true: a token of ${loaded.title} does not say for whom it is, so this server has to issue its own`;
    return { provider: loaded, problems: [{ setting: 'BRIDGE', found: 'false', expected }] };
  }
  if (loaded?.isBridge) return { provider: loaded, problems: [] };
  if (loaded?.upstream === undefined) {
    const expected = `false: nobody can be signed in at PROVIDER=${name} by a client of this server`;
    const problem = { setting: 'BRIDGE', found: 'true', expected, example: 'PROVIDER=github' };
    return { provider: loaded, problems: [problem] };
  }
  const { bridged } = await import('@mcp-whoami/bridge');
  return { provider: bridged(loaded), problems: [] };
}

/** A product that is no provider here, but that one of them is for. */
function asProduct(name = ''): ConfigurationProblem[] {
  const product = knownProduct(name);
  if (product === undefined) return [];
  const { title, provider: id, variables, documentation } = product;
  return [
    {
      setting: 'PROVIDER',
      found: shownUrl(name.trim()),
      expected: `${id}, which is for ${title}, with its variables: ${variables}`,
      hint: `What to do there: ${documentation}`,
      mend: `PROVIDER=${id}`,
    },
  ];
}

/** What only a bridge reads: without one, a list of who may come would keep nobody out. */
function unreadVariables(environment: Environment): ConfigurationProblem[] {
  return describeEnvironment(bridgeSettings)
    .filter(({ name }) => isSet(environment[name]))
    .map(({ name }) => ({
      setting: name,
      found: 'only a bridge reads it, and there is none',
      expected: `it together with a provider that is a bridge (github, google, entra), or BRIDGE=true`,
      example: 'BRIDGE=true',
    }));
}
