import { ConfigurationError } from '@mcp-whoami/environment';
import type { Finding } from './finding.ts';

/** What keeps the server from starting, in the words of the start. */
export function problemFindings({ problems }: ConfigurationError): Finding[] {
  return problems.map((problem) => {
    const [title = '', ...rest] = new ConfigurationError([problem]).message.split('\n');
    return {
      id: `configuration.${problem.setting}`,
      severity: 'error',
      title,
      why: 'The server does not start with this.',
      mend: rest.map((line) => line.trim()),
    };
  });
}
