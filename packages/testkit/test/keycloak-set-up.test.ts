import { beforeEach, describe, expect, it, type ProvidedContext, vi } from 'vitest';
import type { TestProject } from 'vitest/node';
import { setup } from '../src/keycloak/global-setup.ts';
import { isOlder, keycloakImages, versionOf } from '../src/keycloak/images.ts';

const docker = vi.hoisted(() => ({ client: () => Promise.resolve({}) }));

vi.mock('testcontainers', async (original) => ({
  ...(await original<typeof import('testcontainers')>()),
  getContainerRuntimeClient: () => docker.client(),
}));

beforeEach(() => () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const project = () => {
  const provided: Partial<ProvidedContext> = {};
  const provide: TestProject['provide'] = (key, value) => Object.assign(provided, { [key]: value });
  const getProvidedContext = () => ({ keycloaks: [], realmFiles: [] });
  return { provided, provide, getProvidedContext };
};

describe('without a Docker engine', () => {
  beforeEach(() => {
    docker.client = () => Promise.reject(new Error('no strategy works'));
  });

  it('one line says so, and the tests of each Keycloak are skipped', async () => {
    vi.stubEnv('CI', undefined);
    vi.stubEnv('KEYCLOAK_IMAGE', undefined);
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const { provided, ...rest } = project();
    await setup(rest);
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/^.*need a Docker engine.*no strategy works.*skipped\.\n$/),
    );
    expect(provided.keycloaks).toMatchObject(keycloakImages().map((image) => ({ image, running: false })));
  });

  it('the run fails in CI', async () => {
    vi.stubEnv('CI', 'true');
    await expect(setup(project())).rejects.toThrow(/need a Docker engine.*no strategy works/);
  });
});

describe('with a Docker engine that cannot pull', () => {
  /** As the engine says it, before an answer or in the middle of one. */
  const pulls = {
    'no registry answers': () => Promise.reject(new Error('connection refused')),
    'the registry has no such image': () => Promise.resolve(),
  };

  beforeEach(() => {
    vi.stubEnv('KEYCLOAK_IMAGE', 'example.com/keycloak:0');
  });

  describe.each(Object.entries(pulls))('because %s', (_, pull) => {
    beforeEach(() => {
      docker.client = () => Promise.resolve({ image: { pull, exists: () => Promise.resolve(false) } });
    });

    it('one line names the image, and its tests are skipped', async () => {
      vi.stubEnv('CI', undefined);
      const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const { provided, ...rest } = project();
      await setup(rest);
      expect(told).toHaveBeenCalledExactlyOnceWith(
        expect.stringMatching(/^.*need the image example\.com\/keycloak:0.*cannot be pulled.*skipped\.\n$/),
      );
      expect(provided.keycloaks).toMatchObject([{ image: 'example.com/keycloak:0', running: false }]);
    });

    it('the run fails in CI', async () => {
      vi.stubEnv('CI', 'true');
      await expect(setup(project())).rejects.toThrow(/need the image example\.com\/keycloak:0/);
    });
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
