/** What the suite needs of a provider: the packages under test have it, this package knows none of them. */
export type ProviderUnderTest = {
  id: string;
  environmentPrefix?: string | undefined;
  connectFromEnvironment: (
    environment: Readonly<Record<string, string | undefined>>,
    options: { resources: readonly [string, ...string[]] },
  ) => Promise<ConnectionUnderTest>;
};

export type ConnectionUnderTest = AsyncDisposable & {
  config: { metadata: { issuer: string } };
  issuer: string;
  about: { metadata: Record<string, unknown> };
  published: { issuer: string; metadata: Record<string, unknown> };
  scopes: readonly string[];
  requiredScopes: readonly string[];
  warnings: readonly string[];
  verifyAccessToken: (token: string) => Promise<AcceptedToken>;
};

export type AcceptedToken = {
  token: string;
  issuer: string;
  subject: string;
  clientId: string;
  scopes: string[];
  audience: string[];
  expiresAt: number;
  claims: Record<string, unknown>;
  provedBy: string;
};

/** A refusal or an undecided verdict, as far as the suite looks at it. */
export type Verdict = {
  code: string;
  message: string;
  logMessage: string;
  status: number;
  headers: Readonly<Record<string, string>>;
};

/** The verdict on a token that must not be accepted. */
export const verdictOn = async (connection: ConnectionUnderTest, token: string): Promise<Verdict> => {
  const accepted = await connection.verifyAccessToken(token).catch((error: unknown) => {
    if (!(error instanceof Error)) throw error;
    return error;
  });
  if (!(accepted instanceof Error))
    throw new Error(`The token was accepted, proved by ${accepted.provedBy}.`);
  const { message } = accepted;
  const code = 'code' in accepted ? String(accepted.code) : '';
  const logMessage = 'logMessage' in accepted ? String(accepted.logMessage) : '';
  const status = 'status' in accepted ? Number(accepted.status) : 0;
  if (status === 0) throw accepted;
  const headers: Readonly<Record<string, string>> = 'headers' in accepted ? Object(accepted.headers) : {};
  return { code, message, logMessage, status, headers };
};
