import {
  type ConfigurationProblem,
  type Environment,
  type SettingsSchema,
  variableNames,
} from '@mcp-whoami/environment';
import { z } from 'zod';
import type { ProviderDefinition } from '../define-provider.ts';
import { triedIssuer } from './discovery.ts';
import { tryIssuers } from './try-issuers.ts';

/**
 * The problems, of which that of the issuer's variable, if it is malformed, has the line to paste that was tried, and
 * no other.
 */
export async function tryIssuerOption<Schema extends SettingsSchema>(
  problems: readonly ConfigurationProblem[],
  environment: Environment,
  { options, environmentPrefix, issuerOption }: ProviderDefinition<Schema>,
): Promise<ConfigurationProblem[]> {
  if (issuerOption === undefined) return [...problems];
  const { field, type = 'oidc', textFor = (issuer: string) => issuer } = issuerOption;
  const nameOf = variableNames(options, environmentPrefix);
  const text = environment[nameOf(field)]?.trim();
  const malformed = problems.find(({ setting, found }) => setting === nameOf(field) && found !== undefined);
  if (malformed === undefined || text === undefined) return [...problems];
  const { mend, ...others } = malformed;
  const meant = await tryIssuers(text, type);
  const fits = (issuer: string) => z.safeParse(options.shape[field], textFor(issuer)).success;
  const told =
    meant !== undefined && fits(meant.issuer)
      ? {
          ...others,
          hint: `As it stands, ${meant.words}. ${triedIssuer(meant.issuer)}`,
          mend: nameOf(field, textFor(meant.issuer)),
        }
      : mend === undefined
        ? malformed
        : {
            ...others,
            hint: `${others.hint} Without that it would be ${mend}, where no metadata was found.`,
          };
  return problems.map((problem) => (problem === malformed ? told : problem));
}
