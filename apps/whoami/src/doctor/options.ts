import { parseArgs } from 'node:util';

/** What the doctor was asked for. */
export interface DoctorOptions {
  /** A report for programs. */
  json: boolean;
  /** Really register a client. */
  register: boolean;
  /** Really sign in, in a browser. */
  signIn: boolean;
  /** Judge the token of the standard input. */
  token: boolean;
  /** The client of the sign-in, where the IdP registers none. */
  clientId: string | undefined;
}

export const doctorUsage = [
  'mcp-whoami doctor [--json] [--register] [--sign-in [--client-id <id>]] [--token]',
  '  checks the identity provider and the public address with the same variables,',
  '  and says what to mend. Exit code 1 when something stops a sign-in.',
  '  --json       a report for programs',
  '  --register   registers a client at the identity provider, to see whether it can',
  '  --sign-in    signs in, in a browser, and judges the access token',
  '  --client-id  the public client for that, instead of one that is registered; its',
  '               redirect URI is http://127.0.0.1/callback, with any port',
  '  --token      judges the access token that is read from standard input',
].join('\n');

/** The arguments after `doctor`; nothing when they cannot be read, and then no word of them may be repeated. */
export function readOptions(args: readonly string[]): DoctorOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean', default: false },
        register: { type: 'boolean', default: false },
        'sign-in': { type: 'boolean', default: false },
        token: { type: 'boolean', default: false },
        'client-id': { type: 'string' },
      },
    });
    const { 'sign-in': signIn, 'client-id': clientId, ...flags } = values;
    return { ...flags, signIn, clientId };
  } catch {
    return undefined;
  }
}
