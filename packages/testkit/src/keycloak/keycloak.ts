import { createAdmin } from './admin.ts';
import { versionOf } from './images.ts';
import { type KeycloakRealm, manageRealm, type RealmRepresentation } from './realm.ts';
import { runInContainer } from './run-in-container.ts';

/** Where a Keycloak is, in a form that can be handed to another process. */
export type KeycloakAddress = { image: string; origin: string; containerId: string };

/** A Keycloak that runs. */
export type Keycloak = KeycloakAddress & {
  version: string;
  /** Makes a realm; its name must be new. It is deleted when disposed of. */
  createRealm: (representation: RealmRepresentation) => Promise<KeycloakRealm>;
  /** A realm that is there already, from an import for example. */
  realm: (name: string) => KeycloakRealm;
  /** Runs a bash script in the container, as `docker exec`, and gives its output. Throws where it fails. */
  run: (script: string, environment?: Readonly<Record<string, string>>) => Promise<string>;
};

export const connectKeycloak = ({ image, origin, containerId }: KeycloakAddress): Keycloak => {
  const admin = createAdmin(origin);
  const realm = (name: string) => manageRealm(admin, origin, name);
  return {
    image,
    origin,
    containerId,
    version: versionOf(image),
    realm,
    run: (script, environment) => runInContainer(containerId, script, environment),
    createRealm: async (representation) => {
      await admin('POST', '', representation);
      return realm(representation.realm);
    },
  };
};
