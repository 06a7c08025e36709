import { bridgeSettings } from '@mcp-whoami/bridge/settings';
import { type DescribedSetting, describeEnvironment } from '@mcp-whoami/environment';
import manifest from '../package.json' with { type: 'json' };
import { doctorUsage } from './doctor/options.ts';
import { ownVariables } from './own-variables.ts';
import { providers } from './providers.ts';
import { serverEnvironment } from './server-environment.ts';

/** What `--help` says: how to start the server, and every variable of its environment, from their schemas. */
export async function renderHelp(): Promise<string> {
  const ofProviders = Object.entries(providers).map(async ([name, load]) => {
    const provider = await load();
    if (provider.environmentPrefix === undefined) return '';
    return section(`PROVIDER=${name} (${provider.title})`, ownVariables(provider));
  });
  return [
    `mcp-whoami ${manifest.version}: ${manifest.description}.`,
    '',
    'Usage: PROVIDER=<provider> [variables] mcp-whoami [--help | --version]',
    '',
    `When it does not work:\n  ${doctorUsage}`,
    '',
    'It serves for production unless NODE_ENV says otherwise. For a first try on this machine:',
    '  NODE_ENV=development mcp-whoami',
    '',
    section('The server', describeEnvironment(serverEnvironment)),
    section('The bridge (BRIDGE=true; github, google, entra)', describeEnvironment(bridgeSettings)),
    ...(await Promise.all(ofProviders)),
  ].join('\n');
}

function section(title: string, variables: readonly DescribedSetting[]): string {
  const lines = variables.map(({ name, required, defaultText, description }) => {
    const byDefault = required ? 'required' : `default: ${defaultText ?? 'none'}`;
    return `  ${name} (${byDefault})\n      ${description}`;
  });
  // The descriptions are written for documents.
  return `${title}\n${lines.join('\n').replaceAll('`', '')}\n`;
}
