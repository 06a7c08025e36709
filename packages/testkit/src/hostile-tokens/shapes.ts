import { randomBytes } from 'node:crypto';
import { compactJws, encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const kilobyte = 1024;

/** What is not a JWT, or none that a token may be. The huge ones are no larger than they must be to hurt. */
export const hostileShapes = ({ idp, claims, signed, attacked }: Forge): HostileToken[] => {
  const { kid, alg } = idp.signingKey();
  const good = signed(claims());
  const [header = '', payload = '', signature = ''] = good.split('.');
  const unsigned = (part: string) => `${part}.${payload}.${signature}`;

  const payloads: [string, string][] = [
    ['empty', ''],
    ['no JSON', 'not json'],
    ['a list', JSON.stringify([claims()])],
    ['a string', JSON.stringify('ada')],
    ['a number', '1'],
    ['null', 'null'],
    ['true', 'true'],
    ['JSON cut short', '{"sub":"ada"'],
    ['a token in a token', good],
  ];
  const headers: [string, string][] = [
    ['no JSON', encodePart('not json')],
    ['a list', encodePart('[]')],
    ['null', encodePart('null')],
    ['empty', ''],
    ['no base64url', '!!!'],
    ['of bytes that are not UTF-8', encodePart(Buffer.from([0xff, 0xfe, 0x7b, 0x7d]))],
  ];

  return [
    ...payloads.map(([name, body]) => ({
      name: `payload ${name}`,
      source: 'RFC 7519 §7.2',
      token: signed(body),
    })),
    {
      name: 'payload an empty object',
      source: 'RFC 9068 §2.2',
      token: signed({}),
      expectedCode: 'issuer_mismatch',
    },
    ...headers.map(([name, part]) => ({
      name: `header ${name}`,
      source: 'RFC 7519 §7.2',
      token: unsigned(part),
    })),
    {
      name: 'five parts: encrypted for nobody here',
      source: 'RFC 7516 §3.1',
      token: [
        encodePart({ alg: 'RSA-OAEP-256', enc: 'A256GCM', kid: idp.encryptionKey.kid }),
        random(256),
        random(12),
        random(64),
        random(16),
      ].join('.'),
    },
    {
      name: 'five parts: dir, the key empty',
      source: 'RFC 8725 §2.1',
      token: [encodePart({ alg: 'dir', enc: 'A128GCM' }), '', random(12), random(64), random(16)].join('.'),
    },
    { name: 'four parts', source: 'RFC 7519 §7.2', token: `${good}.${random(8)}` },
    { name: 'one part', source: 'RFC 7519 §7.2', token: header },
    { name: 'dots and nothing else', source: 'RFC 7519 §7.2', token: '..' },
    { name: 'a hundred parts', source: 'RFC 7519 §7.2', token: Array(100).fill('e30').join('.') },
    { name: 'a word', source: 'RFC 6750 §3.1', token: 'undefined' },
    { name: 'random, as an opaque token is', source: 'RFC 6750 §3.1', token: random(32) },
    {
      name: 'two tokens with a comma between',
      source: 'RFC 6750 §2.1: one token',
      token: `${good},${good}`,
    },
    {
      name: '20 KB, signed by another key',
      source: 'denial of service',
      token: attacked(claims({ padding: 'a'.repeat(15 * kilobyte) }), { kid }),
    },
    {
      name: 'a megabyte, not signed',
      source: 'denial of service',
      token: compactJws(
        { alg, kid, typ: 'at+jwt' },
        claims({ padding: 'a'.repeat(kilobyte * kilobyte) }),
        () => random(256),
      ),
    },
    { name: 'a megabyte of one part', source: 'denial of service', token: 'A'.repeat(kilobyte * kilobyte) },
    {
      name: 'a payload nested a thousand deep, not signed',
      source: 'denial of service',
      token: compactJws({ alg, kid, typ: 'at+jwt' }, `${'['.repeat(1000)}${']'.repeat(1000)}`, () =>
        random(256),
      ),
    },
  ];
};
