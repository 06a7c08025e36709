import { expect, it } from 'vitest';
import { runMain } from './run-main.ts';

it('a flood of refusals is a few lines in the log of the program', async () => {
  await using server = runMain({ PROVIDER: 'none', PORT: '0' });
  const [, url = ''] = /ready at (\S+)/.exec(await server.ready()) ?? [];
  const origin = 'https://evil.example';
  for (let sent = 0; sent < 500; sent += 1) {
    const answer = await fetch(`${url}/mcp`, { method: 'POST', headers: { origin } });
    expect(answer.status).toBe(403);
    await answer.arrayBuffer();
  }
  const lines = server.output().split('\n');
  expect(lines.filter((line) => line.includes('origin_not_allowed'))).toHaveLength(20);
});
