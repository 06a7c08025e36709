import { type DescribedSetting, describeEnvironment } from '@mcp-whoami/environment';
import type { Provider } from '@mcp-whoami/provider';

/** The variables of a provider alone: those of a bridge are the same for all that are behind one. */
export function ownVariables({
  options,
  environmentPrefix,
}: Pick<Provider, 'options' | 'environmentPrefix'>): DescribedSetting[] {
  const variables = describeEnvironment(options, environmentPrefix);
  return environmentPrefix === undefined
    ? variables
    : variables.filter(({ name }) => name.startsWith(`${environmentPrefix}_`));
}
