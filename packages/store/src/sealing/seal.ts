import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** RFC 5116 §5.3: bytes of key, nonce and tag. A random nonce is good for 2^32 values (NIST SP 800-38D §8.3). */
const ALGORITHM = 'aes-256-gcm';
const KEY_LENGTH = 32;
const NONCE_LENGTH = 12;
const TAG_LENGTH = 16;

/** A key for one use (RFC 5869 §3.2): the label tells it from the keys of other uses. */
export const deriveKey = (secret: string | Buffer, label: string): KeyObject =>
  createSecretKey(new Uint8Array(hkdfSync('sha256', secret, '', `mcp-whoami store: ${label}`, KEY_LENGTH)));

/** Encrypts and authenticates texts, each bound to a context, without which it cannot be opened. */
export interface Seal {
  close(text: string, context: string): string;
  /** Nothing, if it was not closed by this seal in this context. */
  open(sealed: string, context: string): string | undefined;
}

/** A seal by a key of its own. */
export const createSeal = (key: KeyObject): Seal => ({
  close: (text, context) => {
    const nonce = randomBytes(NONCE_LENGTH);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(context));
    const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(parts).toString('base64url');
  },
  open: (sealed, context) => {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < NONCE_LENGTH + TAG_LENGTH) return undefined;
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_LENGTH), {
      authTagLength: TAG_LENGTH,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(bytes.subarray(-TAG_LENGTH));
    try {
      const text = decipher.update(bytes.subarray(NONCE_LENGTH, -TAG_LENGTH));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return undefined;
    }
  },
});
