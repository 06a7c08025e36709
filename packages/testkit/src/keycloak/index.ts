export { describeDocker, describeKeycloak } from './describe-keycloak.ts';
export { haveImage } from './have-image.ts';
export { keycloakImages, nodeImage } from './images.ts';
export type { Keycloak } from './keycloak.ts';
export type { KeycloakRealm, RealmRepresentation } from './realm.ts';
export {
  hostName,
  type StartedKeycloak,
  type StartKeycloakOptions,
  startKeycloak,
} from './start-keycloak.ts';
