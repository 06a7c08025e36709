import { ada, grace } from '../../accounts.ts';
import type { UpstreamAccount } from '../people.ts';

/** An account of a GitHub-like stand-in. */
export type GithubAccount = UpstreamAccount & {
  id: number;
  login: string;
  name: string | null;
  /** The public address that `GET /user` shows; null unless told. */
  email?: string | null;
  emails?: readonly { email: string; primary: boolean; verified: boolean }[];
  /** Organizations by login, of which it is a member. */
  orgs?: readonly string[];
  /** Those of `orgs` whose membership anybody may see: without the scope `read:org` only they are listed. */
  publicOrgs?: readonly string[];
  /** Those of `orgs` that have not approved the OAuth App, or installed the GitHub App: they are not listed. */
  unapprovedOrgs?: readonly string[];
  /** Invited, and not yet a member. */
  pendingOrgs?: readonly string[];
  /** `acme/team` */
  teams?: readonly string[];
};

export const adaAtGithub: GithubAccount = {
  id: 1005,
  login: 'ada',
  name: ada.name,
  emails: [
    { email: ada.email, primary: true, verified: true },
    { email: 'ada@unverified.example', primary: false, verified: false },
  ],
  orgs: ['acme'],
  teams: ['acme/engines'],
};

export const graceAtGithub: GithubAccount = {
  id: 1006,
  login: 'grace',
  name: grace.name,
  emails: [{ email: grace.email, primary: true, verified: true }],
};
