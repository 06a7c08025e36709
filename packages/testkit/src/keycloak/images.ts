import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';

/** Compose and the scripts read the same file; the published package has a copy. */
const imagesFile = ['../../../../.env', './images.env']
  .map((path) => new URL(path, import.meta.url))
  .find((file) => existsSync(file));

const images = z.object({
  KEYCLOAK_IMAGE: z.string(),
  KEYCLOAK_TUTORIAL_IMAGE: z.string(),
  WHOAMI_NODE_IMAGE: z.string(),
});

const pinned = images.parse(imagesFile && parseEnv(readFileSync(imagesFile, 'utf8')));

/** The newest Keycloak and the tutorial's, as `.env` pins them; only the one that `KEYCLOAK_IMAGE` names, if it does. */
export const keycloakImages = (override = process.env.KEYCLOAK_IMAGE): [string, ...string[]] =>
  override ? [override] : [pinned.KEYCLOAK_IMAGE, pinned.KEYCLOAK_TUTORIAL_IMAGE];

/** What compose.yaml runs whoami on, as `.env` pins it or `WHOAMI_NODE_IMAGE` says. */
export const nodeImage = (override = process.env.WHOAMI_NODE_IMAGE): string =>
  override || pinned.WHOAMI_NODE_IMAGE;

/** The tag of an image. */
export const versionOf = (image: string): string => /:([^:/@]+)(@|$)/.exec(image)?.[1] ?? 'latest';

/** `26.2.4` is older than `26.7`; a tag that is not a number, such as `latest`, is not older than anything. */
export const isOlder = (version: string, than: string): boolean =>
  /^\d/.test(version) && version.localeCompare(than, 'en', { numeric: true }) < 0;
