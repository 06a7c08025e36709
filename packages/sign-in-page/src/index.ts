export type { ConnectInstruction, PageConnection, SignInPageOptions } from './options.ts';
export { createSignInPage, type SignInPage } from './sign-in-page.ts';
