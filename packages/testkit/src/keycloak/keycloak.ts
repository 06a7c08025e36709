import { createAdmin } from './admin.ts';
import { versionOf } from './images.ts';
import { type KeycloakRealm, manageRealm, type RealmRepresentation } from './realm.ts';

/** Where a Keycloak is, in a form that can be handed to another process. */
export type KeycloakAddress = { image: string; origin: string };

/** A Keycloak that runs. */
export type Keycloak = KeycloakAddress & {
  version: string;
  /** Makes a realm; its name must be new. It is deleted when disposed of. */
  createRealm: (representation: RealmRepresentation) => Promise<KeycloakRealm>;
  /** A realm that is there already, from an import for example. */
  realm: (name: string) => KeycloakRealm;
};

export const connectKeycloak = ({ image, origin }: KeycloakAddress): Keycloak => {
  const admin = createAdmin(origin);
  const realm = (name: string) => manageRealm(admin, origin, name);
  return {
    image,
    origin,
    version: versionOf(image),
    realm,
    createRealm: async (representation) => {
      await admin('POST', '', representation);
      return realm(representation.realm);
    },
  };
};
