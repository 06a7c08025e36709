import { gzipSync } from 'node:zlib';
import type { HostileRequest, RequestForge } from './row.ts';

const megabyte = 1024 * 1024;

/** Bodies, most beside a good token: too much, of another type, or with credentials of their own. */
export const hostileBodies = ({ token, call, post }: RequestForge): HostileRequest[] => {
  const good = `Authorization: Bearer ${token}`;
  const form = 'application/x-www-form-urlencoded';
  /** A page of any origin may send these without asking first. */
  const simpleTypes = [
    'text/plain',
    form,
    'multipart/form-data; boundary=a',
    undefined,
    'application/jsonx',
    'text/plain; application/json',
  ];
  return [
    ...simpleTypes.map((contentType) => ({
      name: `a body of type ${contentType ?? 'unknown'}`,
      source: 'CSRF by a simple request: Fetch, CORS-safelisted request-header',
      raw: post([good], { contentType }),
      status: [415],
      expectedReason: 'content.type.unsupported',
    })),
    {
      name: 'the token in a form',
      source: 'RFC 6750 §2.2, MCP authorization: only the header',
      raw: post([], { contentType: form, body: `access_token=${token}` }),
      status: [401],
      expectedReason: 'credentials_missing',
    },
    {
      name: 'the token in a form and in the header',
      source: 'RFC 6750 §2: not more than one method',
      raw: post([good], { contentType: form, body: `access_token=${token}` }),
      status: [415],
      expectedReason: 'content.type.unsupported',
    },
    {
      name: 'the token in the call',
      source: 'RFC 6750 §2',
      raw: post([], {
        body: call.replace('{', `{"access_token":"${token}","Authorization":"Bearer ${token}",`),
      }),
      status: [401],
      expectedReason: 'credentials_missing',
    },
    {
      name: 'a body of a megabyte',
      source: 'RFC 9110 §15.5.14',
      raw: post([good], { body: JSON.stringify('a'.repeat(megabyte)) }),
      status: [413],
      expectedReason: 'entity.too.large',
    },
    {
      name: 'a body of ten megabytes that is ten kilobytes on the way',
      source: 'decompression bomb: CWE-409',
      raw: post([good, 'Content-Encoding: gzip'], {
        body: gzipSync(JSON.stringify('a'.repeat(10 * megabyte))).toString('latin1'),
      }),
      status: [413],
      expectedReason: 'entity.too.large',
    },
    {
      name: 'a body that is not encoded as it says',
      source: 'RFC 9110 §8.4',
      raw: post([good, 'Content-Encoding: gzip']),
      status: [400],
    },
    {
      name: 'a body of an unknown encoding',
      source: 'RFC 9110 §8.4',
      raw: post([good, 'Content-Encoding: evil']),
      status: [415],
      expectedReason: 'encoding.unsupported',
    },
    {
      name: 'a body of another character set',
      source: 'RFC 8259 §8.1',
      raw: post([good], { contentType: 'application/json; charset=shift_jis' }),
      status: [415],
      expectedReason: 'charset.unsupported',
    },
    {
      name: 'a body nested a hundred thousand deep',
      source: 'RFC 8259 §9',
      raw: post([good], { body: `${'['.repeat(100_000)}${']'.repeat(100_000)}` }),
      status: [400],
    },
    {
      name: 'a body cut short',
      source: 'RFC 8259 §2',
      raw: post([good], { body: call.slice(0, -1) }),
      status: [400],
      expectedReason: 'entity.parse.failed',
    },
    {
      name: 'an expectation that nobody can meet',
      source: 'RFC 9110 §10.1.1',
      raw: post([good, 'Expect: 200-ok']),
      status: [417],
    },
  ];
};
