import { bridgeSettings } from '@mcp-whoami/bridge/settings';
import { type DescribedSetting, describeEnvironment, variableName, withNames } from '@mcp-whoami/environment';
import { generalAdvice, refusalTexts } from '@mcp-whoami/provider';
import { renderBanner } from '../src/banner.ts';
import { connectInstructions } from '../src/connect-instructions.ts';
import { resourcesOf } from '../src/create-app.ts';
import { ownVariables } from '../src/own-variables.ts';
import { providers } from '../src/providers.ts';
import { serverEnvironment } from '../src/server-environment.ts';
import { signInFacts } from '../src/sign-in-facts.ts';

/** What stands between `<!-- marker -->` and `<!-- /marker -->` of a document, made from the code. */
export interface GeneratedPart {
  /** Path from the root of the repository. */
  document: string;
  marker: string;
  content: string;
}

const exampleUrl = 'http://localhost:3001';

/** Every generated part of the documentation. */
export async function generatedParts(): Promise<GeneratedPart[]> {
  const environments = Object.entries(providers).map(async ([name, load]) => {
    return {
      document: `providers/${name}/README.md`,
      marker: 'environment',
      content: environmentTable(ownVariables(await load())),
    };
  });
  const { title, connection } = await exampleOfDev();
  return [
    {
      document: 'README.md',
      marker: 'environment',
      content: environmentTable(describeEnvironment(serverEnvironment)),
    },
    {
      document: 'docs/bridge.md',
      marker: 'environment',
      content: environmentTable(describeEnvironment(bridgeSettings)),
    },
    {
      document: 'README.md',
      marker: 'clients',
      content: table(
        ['client', 'how'],
        connectInstructions(`${exampleUrl}/mcp`).map(({ client, command, paste, note }) => [
          client,
          [...[command, paste].flatMap((code) => (code === undefined ? [] : `\`${code}\``)), note]
            .filter((part) => part !== undefined)
            .join('<br>'),
        ]),
      ),
    },
    {
      document: 'README.md',
      marker: 'banner',
      content: `\`\`\`text\n${renderBanner({ providerTitle: title, publicUrl: exampleUrl, ...connection }).trim()}\n\`\`\``,
    },
    {
      document: 'docs/tokens.md',
      marker: 'reasons',
      content: table(
        ['reason', 'what the client is told', 'what to do'],
        Object.entries(refusalTexts).map(([code, text]) => [`\`${code}\``, text, mends.get(code) ?? '']),
      ),
    },
    ...(await Promise.all(environments)),
  ];
}

/** What the log says to do at an IdP of which nothing more is known. */
const mends = new Map(
  Object.entries(generalAdvice({}, { introspects: true, introspected: true })).map(([code, text]) => [
    code,
    withNames(text, (field, value) => {
      const name = `<P>_${variableName(field)}`;
      return value === undefined ? `\`${name}\`` : `\`${name}=${value}\``;
    }),
  ]),
);

async function exampleOfDev() {
  const dev = await providers.dev();
  await using connection = await dev.connect({}, { resources: resourcesOf(exampleUrl) });
  const { warnings, about } = connection;
  // It listens on any free port.
  const signIn = { ...signInFacts(connection), issuer: 'http://localhost:40123' };
  return { title: dev.title, connection: { warnings, notes: about.notes, signIn } };
}

function environmentTable(variables: readonly DescribedSetting[]): string {
  const rows = variables.map(({ name, description, defaultText, required, example }) => [
    `\`${name}\``,
    required ? '**required**' : (defaultText ?? 'none'),
    description,
    `\`${example}\``,
  ]);
  return table(['variable', 'default', 'meaning', 'example'], rows);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
