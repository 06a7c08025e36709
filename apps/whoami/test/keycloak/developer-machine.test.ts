import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from '@mcp-whoami/testkit';
import { connectSdkV2 } from '@mcp-whoami/testkit/clients';
import { describeDocker, haveImage, nodeImage } from '@mcp-whoami/testkit/keycloak';
import { runCommand } from '@mcp-whoami/testkit/repository';
import { expect, it } from 'vitest';
import { composeProject, findCompose } from './compose-project.ts';
import { testuser } from './start-whoami-on-keycloak.ts';

/** Neither image nor database is prepared: it is the start that a person waits for. */
const keycloakStart = 240_000; // ms

/** The two starts at the same time: much of each is waiting. */
const together = { concurrent: true, timeout: keycloakStart + 120_000 };

const compose = await findCompose();

const docker = async (...command: string[]) => (await promisify(execFile)('docker', command)).stdout.trim();

const get = async (url: string): Promise<unknown> => {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ? response.json() : undefined;
};

/** A client that is given nothing but the URL registers itself. */
const expectSignIn = async (resource: string, issuer: string) => {
  await using client = await connectSdkV2(resource, testuser);
  expect(await client.callWhoami()).toMatchObject({ iss: issuer, preferred_username: 'testuser' });
  expect(client.registeredClient()?.client_id).toMatch(/^[0-9a-f-]{36}$/);
};

const freePorts = async () => {
  const [keycloakPort, whoamiPort] = [String(await freePort()), String(await freePort())];
  return { keycloakPort, whoamiPort, issuer: `http://localhost:${keycloakPort}/realms/mcp-realm` };
};

describeDocker('a Keycloak on the developer’s machine', () => {
  it('`pnpm keycloak` says how to start the server, and leaves nothing behind', together, async () => {
    const { keycloakPort, whoamiPort, issuer } = await freePorts();
    const publicUrl = `http://127.0.0.1:${whoamiPort}`;
    await using keycloak = await runCommand('pnpm keycloak', {
      env: { KEYCLOAK_PORT: keycloakPort, WHOAMI_PORT: whoamiPort, WHOAMI_PUBLIC_URL: publicUrl },
      ready: /Keycloak is ready at [\s\S]* Ctrl-C /,
      timeout: keycloakStart,
    });
    const container = await docker('ps', '--quiet', '--filter', `publish=${keycloakPort}`);
    expect(container).not.toBe('');

    const [, command = ''] = /^ {2}(.*PROVIDER=keycloak .*)$/m.exec(keycloak.output()) ?? [];
    expect(command).toContain(`KEYCLOAK_ISSUER=${issuer} `);
    await using whoami = await runCommand(command, { ready: /ready at \S+\n[\s\S]*VS Code/ });
    expect(whoami.output()).toContain(`whoami is ready at ${publicUrl}\n`);
    await expectSignIn(`${publicUrl}/mcp`, issuer);

    await keycloak.end();
    expect(await docker('ps', '--all', '--quiet', '--filter', `id=${container}`)).toBe('');
  });

  it(
    '`docker compose up` has Keycloak, and on demand a whoami that reaches it inside',
    together,
    // The test's own `expect`: only that one can poll beside other tests.
    async ({ skip, expect }) => {
      if (!compose || !(await haveImage(nodeImage()))) return skip();
      const { keycloakPort, whoamiPort, issuer } = await freePorts();
      const publicUrl = `http://localhost:${whoamiPort}`;
      const resource = `${publicUrl}/mcp`;
      await using project = composeProject(compose, `mcp-whoami-${keycloakPort}`, {
        KEYCLOAK_PORT: keycloakPort,
        WHOAMI_PORT: whoamiPort,
      });

      await project.run('up', '--detach');
      await expect
        .poll(() => get(`${issuer}/.well-known/openid-configuration`), {
          timeout: keycloakStart,
          interval: 500,
        })
        .toMatchObject({ issuer });
      expect(await get(`${publicUrl}/health`)).toBeUndefined();

      await project.run('--profile', 'whoami', 'up', '--detach');
      await expect
        .poll(() => get(`${publicUrl}/.well-known/oauth-protected-resource/mcp`), { timeout: 60_000 })
        .toMatchObject({ resource, authorization_servers: [issuer] });
      await expectSignIn(resource, issuer);
    },
  );
});
