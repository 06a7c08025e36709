/** Pages of VS Code that hand what they get to the editor on this machine; it registers them beside loopback. */
const RELAYS = new Set(['https://vscode.dev/redirect', 'https://insiders.vscode.dev/redirect']);

/**
 * For an authorization server that only this machine reaches: a client in the cloud could not redeem a code here,
 * so an https redirect would only tell a stranger that somebody signed in.
 */
export function isRelayToThisMachine({ href }: URL): boolean {
  return RELAYS.has(href);
}
