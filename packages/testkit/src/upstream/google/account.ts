import { ada, grace } from '../../accounts.ts';
import type { UpstreamAccount } from '../people.ts';

/** An account of a Google-like stand-in, by the claims of its ID token. */
export type GoogleAccount = UpstreamAccount & {
  sub: string;
  name: string;
  picture: string;
  email: string;
  email_verified: boolean;
  /** The Workspace domain; an account of one's own has none, whatever its e-mail address. */
  hd?: string;
};

const profile = ({ name, picture, email, email_verified }: typeof ada) => ({
  name,
  picture,
  email,
  email_verified,
});

export const adaAtGoogle: GoogleAccount = {
  ...profile(ada),
  sub: '110169484474386276334',
  hd: 'example.com',
};

export const graceAtGoogle: GoogleAccount = { ...profile(grace), sub: '110248495921238986420' };
