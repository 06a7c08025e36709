import { beforeEach, describe, expect, it, type ProvidedContext, vi } from 'vitest';
import type { TestProject } from 'vitest/node';
import { setup } from '../src/keycloak/global-setup.ts';
import { isOlder, keycloakImages, versionOf } from '../src/keycloak/images.ts';

vi.mock('testcontainers', async (original) => ({
  ...(await original<typeof import('testcontainers')>()),
  getContainerRuntimeClient: () => Promise.reject(new Error('no strategy works')),
}));

describe('without a Docker engine', () => {
  beforeEach(() => () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  const project = () => {
    const provided: Partial<ProvidedContext> = {};
    const provide: TestProject['provide'] = (key, value) => Object.assign(provided, { [key]: value });
    const getProvidedContext = () => ({ keycloaks: { running: false, keycloaks: [] }, realmFiles: [] });
    return { provided, provide, getProvidedContext };
  };

  it('one line says so, and the tests of each Keycloak are skipped', async () => {
    vi.stubEnv('CI', undefined);
    vi.stubEnv('KEYCLOAK_IMAGE', undefined);
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { provided, ...rest } = project();
    await setup(rest);
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^.*need a Docker engine.*no strategy works.*skipped\.\n$/),
    );
    expect(provided.keycloaks?.running).toBe(false);
    expect(provided.keycloaks?.keycloaks.map(({ image }) => image)).toEqual(keycloakImages());
  });

  it('the run fails in CI', async () => {
    vi.stubEnv('CI', 'true');
    await expect(setup(project())).rejects.toThrow(/need a Docker engine.*no strategy works/);
  });
});

describe('the Keycloaks that are tested', () => {
  it('are those of .env, or the one that is asked for', () => {
    expect(keycloakImages('')).toEqual([
      expect.stringMatching(/keycloak:\d+\.\d+\.\d+$/),
      'quay.io/keycloak/keycloak:26.2.4',
    ]);
    expect(keycloakImages('example.com/keycloak:nightly')).toEqual(['example.com/keycloak:nightly']);
  });

  it.each([
    ['quay.io/keycloak/keycloak:26.2.4', '26.2.4', true],
    ['quay.io/keycloak/keycloak:26.10.0', '26.10.0', false],
    ['localhost:5000/keycloak', 'latest', false],
    ['quay.io/keycloak/keycloak:26.7.3@sha256:0', '26.7.3', false],
  ])('%s is version %s', (image, version, older) => {
    expect(versionOf(image)).toBe(version);
    expect(isOlder(version, '26.7')).toBe(older);
  });
});
