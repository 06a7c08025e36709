import type { Identity } from '@mcp-whoami/provider';
export type UpstreamSecrets = Record<string, string>;
export interface SignedIn {
  subject: string;
  identity: Identity;
  session: string;
}
export interface UpstreamClient {
  readonly id: string;
  readonly title: string;
  begin(flow: { state: string; redirectUri: string }): Promise<{ url: string; secrets: UpstreamSecrets }>;
  finish(
    callback: URLSearchParams,
    flow: { state: string; redirectUri: string; secrets: UpstreamSecrets },
  ): Promise<SignedIn>;
  revalidate(session: string): Promise<SignedIn>;
}
export const createUpstreamClient = (_: unknown): UpstreamClient => {
  throw new Error('stub');
};
