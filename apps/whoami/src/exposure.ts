import { crossCheck, isLoopbackHost, isPlainHttp } from '@mcp-whoami/environment';
import { NO_PROVIDER } from './providers.ts';

/** The variables of the server, of which some may be malformed. */
type Values = Readonly<Record<string, unknown>>;

/** What is unsafe: refused in production, warned about elsewhere. */
interface UnsafeSetting {
  /** The field to change. */
  field: string;
  applies(values: Values): boolean;
  expected: string;
  /** An assignment that works. */
  example: string;
  warning: string;
}

const publicUrlOf = ({ publicUrl }: Values) =>
  typeof publicUrl === 'string' ? (URL.parse(publicUrl) ?? undefined) : undefined;

const everybody = 'PROVIDER=none lets everybody in who reaches it';

const unsafeSettings: readonly UnsafeSetting[] = [
  {
    field: 'host',
    applies: ({ provider, host }) => provider === NO_PROVIDER && !isLoopbackHost(String(host)),
    expected: `an address of this machine: ${everybody}, and with NODE_ENV=production nobody else may`,
    example: 'HOST=127.0.0.1',
    warning: `HOST is not an address of this machine alone, and ${everybody}`,
  },
  {
    field: 'publicUrl',
    applies: (values) =>
      values.provider === NO_PROVIDER && !isLoopbackHost(publicUrlOf(values)?.hostname ?? 'localhost'),
    expected: `an address of this machine: ${everybody}, and with NODE_ENV=production nobody else may`,
    example: 'PUBLIC_URL=http://localhost:3001',
    warning: `PUBLIC_URL is not an address of this machine, and ${everybody}`,
  },
  {
    field: 'publicUrl',
    applies: (values) => isPlainHttp(publicUrlOf(values)?.href ?? 'https://localhost'),
    expected: 'https: with NODE_ENV=production tokens never travel over plain http to another machine',
    example: 'PUBLIC_URL=https://mcp.example.com',
    warning: 'PUBLIC_URL is plain http: anybody on the way can read tokens',
  },
];

/** For the schema of the server's environment. */
export const refusedInProduction = unsafeSettings.map(({ field, applies, expected, example }) =>
  crossCheck(field, expected, (values) => values.nodeEnv !== 'production' || !applies(values), example),
);

/** What the operator should know of how the server can be reached. */
export function exposureWarnings(values: Values): string[] {
  const behindUnknownProxy = publicUrlOf(values)?.protocol === 'https:' && values.trustedProxies === 0;
  return [
    ...unsafeSettings.filter(({ applies }) => applies(values)).map(({ warning }) => warning),
    ...(behindUnknownProxy
      ? [
          'PUBLIC_URL is https, so a proxy stands before this server, but TRUSTED_PROXIES is 0: all clients have the proxy’s address and share one bound on bad tokens, which any of them can use up. Set TRUSTED_PROXIES to the number of proxies',
        ]
      : []),
  ];
}
