import { ConfigurationError } from '@mcp-whoami/environment';
import { startStandIn } from '@mcp-whoami/testkit';
import { type StartMistake, startMistakes } from '@mcp-whoami/testkit/mistakes';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../src/start-server.ts';
import { captureLog } from '../start-whoami.ts';

const { logger } = captureLog();

/** The message with which a start ends. */
const messageOf = async (environment: Record<string, string>): Promise<string> => {
  try {
    await using server = await startServer({ PORT: '0', ...environment }, logger);
    return `started at ${server.publicUrl}`;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message;
  }
};

describe('a start with a mistake', () => {
  it.each(startMistakes.map((mistake): [string, StartMistake] => [mistake.title, mistake]))(
    '%s',
    async (_, { idp: options, environment, says, mend }) => {
      await using idp = await startStandIn(options);
      const wrong = environment(idp);
      const message = await messageOf(wrong);
      for (const words of says) {
        if (typeof words === 'string') expect(message).toContain(words);
        else expect(message).toMatch(words);
      }
      expect(message).not.toContain('S3CRET');
      if (mend === undefined) return;
      const line = mend(idp);
      expect(message.split('\n')).toContain(`  paste:    ${line}`);
      // What is pasted is not what is wrong any more.
      const [name = '', ...value] = line.split('=');
      const then = await messageOf({ ...wrong, [name]: value.join('=') });
      expect(then).not.toContain(`${name} does not work`);
    },
  );
});
