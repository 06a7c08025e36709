import { describeDocker, startKeycloak } from '@mcp-whoami/testkit/keycloak';
import { expect, it, onTestFinished, vi } from 'vitest';

describeDocker('without a registry', () => {
  // A file of its own: testcontainers looks for its image once in a process.
  it('Keycloak is started without the image that testcontainers has for cleaning up', {
    timeout: 120_000,
  }, async () => {
    onTestFinished(() => {
      vi.unstubAllEnvs();
      vi.restoreAllMocks();
    });
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    vi.stubEnv('TESTCONTAINERS_RYUK_DISABLED', undefined);
    vi.stubEnv('RYUK_CONTAINER_IMAGE', 'localhost:9/ryuk:none');
    // A database that is not there ends the start at once.
    const start = startKeycloak({ environment: { KC_DB_URL: 'jdbc:postgresql://nowhere/db' } });
    await expect(start).rejects.toThrow(/does not start.*ERROR/s);
    expect(told).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('the tests do without'));
  });
});
