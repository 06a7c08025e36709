import { StoreConfigurationError } from '../errors.ts';
import { createSeal, deriveKey, type Seal } from './seal.ts';

/** As much as the keys that are made of it. */
const MIN_SECRET_BYTES = 32;

/** A seal that closes with the first secret, and opens what any of them closed. */
export interface RotatingSeal extends Seal {
  /** Whether the first secret closed it. */
  isCurrent(sealed: string, context: string): boolean;
}

/** One seal of all secrets, for one use. */
export const sealBy = (secrets: readonly string[], label: string): RotatingSeal => {
  const wrong = secrets.find((secret) => Buffer.byteLength(secret) < MIN_SECRET_BYTES);
  const [current, ...older] = secrets.map((secret) => createSeal(deriveKey(secret, label)));
  if (current === undefined || wrong !== undefined)
    throw new StoreConfigurationError({
      setting: 'secret',
      found: wrong === undefined ? 'none' : `one of ${Buffer.byteLength(wrong)} bytes`,
      expected: `at least ${MIN_SECRET_BYTES} random bytes`,
      example: '"$(openssl rand -base64 32)"',
    });
  return {
    close: current.close,
    open: (sealed, context) => {
      for (const seal of [current, ...older]) {
        const text = seal.open(sealed, context);
        if (text !== undefined) return text;
      }
      return undefined;
    },
    isCurrent: (sealed, context) => current.open(sealed, context) !== undefined,
  };
};
