import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { connectInstructions } from '../src/connect-instructions.ts';
import { startWhoami } from './start-whoami.ts';

const instruction = (mcpUrl: string, client: string) => {
  const found = connectInstructions(mcpUrl).find((candidate) => candidate.client === client);
  if (found === undefined) throw new Error(`no instruction for ${client}`);
  return found;
};

const local = 'http://localhost:3001/mcp';
const onTheInternet = 'https://mcp.example.com/mcp';

describe('how to connect', () => {
  it.each(connectInstructions(onTheInternet))('$client has the server’s URL', ({ command, paste }) => {
    expect(command ?? paste).toContain(onTheInternet);
  });

  it('sends no client of a cloud to this machine', () => {
    for (const client of ['ChatGPT', 'Claude Desktop']) {
      expect(instruction(local, client).note).toContain('cannot reach a server on this machine');
      expect(instruction(onTheInternet, client).paste).toBe(onTheInternet);
    }
    expect(instruction(local, 'ChatGPT').paste).toBeUndefined();
    expect(JSON.parse(instruction(local, 'Claude Desktop').paste ?? '')).toEqual({
      mcpServers: { whoami: { command: 'npx', args: ['-y', 'mcp-remote', local] } },
    });
  });

  it('starts the Inspector that is tested here, on a Node that it runs on', async () => {
    const { command = '' } = instruction(local, 'MCP Inspector');
    const [, node = '', inspector = ''] =
      /node@(\d+) -p @modelcontextprotocol\/inspector@(\d+) /.exec(command) ?? [];
    const workspace = await readFile(new URL('../../../pnpm-workspace.yaml', import.meta.url), 'utf8');
    expect(workspace).toMatch(new RegExp(`"@modelcontextprotocol/inspector": ${inspector}\\.`));
    // Inspector 2 needs Node 22.19.
    expect(Number(node)).toBeGreaterThan(22);
    expect(command).toMatch(/ --transport http --server-url \S+$/);
  });

  it('leaves an entry that takes a client id where one is needed', () => {
    const [{ command = '', note = '' } = {}] = connectInstructions(local, { clientIdNeeded: true });
    // Inspector serves what its command line names as it is, and keeps no changes to it.
    expect(command).toMatch(/ mcp-inspector$/);
    expect(note).toContain(local);
    expect(note).toContain('Client ID');
  });

  it('calls the tool by curl', async () => {
    const answerOf = async (environment: Record<string, string>) => {
      await using whoami = await startWhoami(environment);
      const { command = '' } = instruction(whoami.mcp, 'curl');
      return (await promisify(execFile)('sh', ['-c', command])).stdout;
    };
    expect(await answerOf({ PROVIDER: 'none' })).toContain(
      '"structuredContent":{"error":"Not authenticated"}',
    );
    expect(await answerOf({})).toMatch(
      /401 Unauthorized[\s\S]*www-authenticate: Bearer .*resource_metadata=/i,
    );
  });
});
