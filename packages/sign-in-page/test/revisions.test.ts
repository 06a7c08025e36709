import { describe, expect, it } from 'vitest';
import { revisionsIn } from '../src/browser/wire/revisions.js';

const error = (code: number, data?: object) => ({ jsonrpc: '2.0', error: { code, message: 'no', data } });
const result = (supportedVersions: unknown) => ({ result: { supportedVersions, capabilities: {} } });

describe('what an answer to server/discover says of the revisions', () => {
  it.each<[string, number, object, string]>([
    ['the revision itself', 200, result(['2026-07-28']), 'stateless'],
    ['it among others', 200, result(['2027-06-01', '2026-07-28', '2025-11-25']), 'stateless'],
    ['only older ones', 200, result(['2025-11-25']), 'handshake'],
    ['a result of something else', 200, { result: { tools: [] } }, 'handshake'],
    ['nothing at all', 200, {}, 'handshake'],
    ['SDK v1, with no such version', 400, error(-32000), 'handshake'],
    ['a version that is not supported', 400, error(-32022, { supported: ['2025-11-25'] }), 'handshake'],
    ['the same, without a word on which', 400, error(-32022), 'handshake'],
    ['an unknown method', 200, error(-32601), 'handshake'],
    ['an unknown method, by status', 404, error(-32601), 'handshake'],
    ['an invalid request', 400, error(-32600), 'handshake'],
    ['an error of no JSON-RPC', 404, {}, 'handshake'],
    ['newer revisions alone', 400, error(-32022, { supported: ['2027-06-01'] }), 'newer'],
    ['newer revisions alone, as a result', 200, result(['2027-06-01']), 'newer'],
    ['a token that is wanted', 401, {}, 'unknown'],
    ['a refusal', 403, error(-32600), 'unknown'],
    ['too much', 429, {}, 'unknown'],
    ['an outage', 503, error(-32601), 'unknown'],
    ['rubbish', 200, result([1, null]), 'handshake'],
  ])('%s', (_, status, answer, speaks) => {
    expect(revisionsIn(status, Object(answer)).speaks).toBe(speaks);
  });
});
