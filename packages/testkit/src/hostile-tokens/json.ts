import { encodePart } from '../stand-in/signing.ts';
import type { Forge, HostileToken } from './row.ts';

const hour = 3600; // s

/** JSON that says a thing twice, in a place where it is not looked for, or not at all; signed by the IdP's own key. */
export const hostileJson = ({
  idp,
  resource,
  claims,
  without,
  signed,
  attacked,
  attacker,
}: Forge): HostileToken[] => {
  const now = Math.floor(Date.now() / 1000);
  const { kid, alg } = idp.signingKey();
  const good = JSON.stringify(claims());
  const last = (name: string, value: unknown) =>
    good.replace(/}$/, `,${JSON.stringify(name)}:${JSON.stringify(value)}}`);
  const duplicates: [string, unknown, string][] = [
    ['iss', 'https://evil.example', 'issuer_mismatch'],
    ['sub', '', 'subject_missing'],
    ['sub', ['ada'], 'subject_missing'],
    ['exp', now - hour, 'expired'],
    ['nbf', now + hour, 'not_yet_valid'],
    ['aud', ['https://other.example/mcp'], 'audience_mismatch'],
    ['cnf', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }, 'sender_constrained'],
  ];
  const inherited: [string, string][] = [
    ['iss', 'issuer_mismatch'],
    ['sub', 'subject_missing'],
    ['aud', 'audience_unknown'],
    ['exp', 'expiry_missing'],
  ];
  /** A member by that name in the text, which no object literal has. */
  const hidden = (holder: string, name: string) => {
    const text = JSON.stringify(without(name)).replace(/}$/, '');
    const value = JSON.stringify({ [name]: claims()[name] });
    return holder === '__proto__'
      ? `${text},"__proto__":${value}}`
      : `${text},"constructor":{"prototype":${value}}}`;
  };
  const literals: [string, string][] = [
    ['NaN', '"exp":NaN'],
    ['Infinity', '"exp":Infinity'],
    ['a hexadecimal number', '"exp":0xffffffff'],
    ['a number with a plus', `"exp":+${now + hour}`],
    ['a number with a leading zero', `"exp":0${now + hour}`],
    ['a trailing comma', `"exp":${now + hour},`],
    ['a comment', `"exp":${now + hour}/* */`],
    ['single quotes', `'exp':${now + hour}`],
  ];
  const wrongTypes: [string, unknown][] = [
    ['nbf', Number.MAX_VALUE.toString()],
    ['nbf', {}],
    ['exp', [now + hour]],
    ['aud', { 0: resource, length: 1 }],
    ['aud', [resource, { toString: resource }]],
    ['aud', 0],
    ['scope', { openid: true }],
    ['scope', 42],
    ['scope', [['openid']]],
    ['scp', { 0: 'openid' }],
  ];

  /** Small as a text, and more than a stack holds for who walks through it by recursion. */
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const deepMembers: [string, string][] = [
    ['a claim of its own', `"deep":${deep(4_000)}`],
    ['objects', `"deep":${'{"":'.repeat(1_000)}1${'}'.repeat(1_000)}`],
    ['sub', `"sub":${deep(4_000)}`],
    ['iss', `"iss":${deep(4_000)}`],
  ];

  return [
    ...deepMembers.map(([name, member]) => ({
      name: `claims nested thousands deep: ${name}`,
      source: 'denial of service, CWE-674: uncontrolled recursion',
      token: signed(good.replace(/}$/, `,${member}}`)),
      expectedCode: 'malformed_token',
    })),
    {
      name: 'a header nested thousands deep',
      source: 'denial of service, CWE-674',
      token: signed(claims()).replace(/^[^.]+/, encodePart(`{"alg":${deep(2_000)},"kid":"${kid}"}`)),
      expectedCode: 'malformed_token',
    },
    ...duplicates.map(([name, value, expectedCode]) => ({
      name: `${name} twice, ${JSON.stringify(value).slice(0, 40)} last`,
      source: 'RFC 7519 §4: the lexically last of duplicates counts',
      token: signed(last(name, value)),
      expectedCode,
    })),
    {
      name: 'iss twice, the second name escaped',
      source: 'RFC 8259 §8.3: names are compared once unescaped',
      token: signed(good.replace(/}$/, ',"\\u0069ss":"https://evil.example"}')),
      expectedCode: 'issuer_mismatch',
    },
    {
      name: 'kid twice, the attacker’s first',
      source: 'RFC 7515 §4: the lexically last of duplicates counts',
      token: attacked(claims(), { kid: attacker.kid }).replace(
        /^[^.]+/,
        encodePart(`{"alg":"${alg}","kid":"${attacker.kid}","kid":"${kid}"}`),
      ),
      expectedCode: 'bad_signature',
    },
    {
      name: 'alg in another letter case beside none',
      source: 'RFC 7515 §5.3: names are compared without transformation',
      token: signed(claims(), { alg: 'none', ALG: alg, Alg: alg }),
      expectedCode: 'algorithm_not_allowed',
    },
    ...['__proto__', 'constructor'].flatMap((holder) =>
      inherited.map(([name, expectedCode]) => ({
        name: `${name} only in ${holder}`,
        source: 'prototype pollution: CWE-1321',
        token: signed(hidden(holder, name)),
        expectedCode,
      })),
    ),
    ...['Iss', 'ISS', 'iss '].map((name) => ({
      name: `iss only as ${JSON.stringify(name)}`,
      source: 'RFC 7519 §7.3: names are compared without transformation',
      token: signed({ ...without('iss'), [name]: idp.issuer }),
      expectedCode: 'issuer_mismatch',
    })),
    {
      name: 'the claims one level down',
      source: 'RFC 7519 §3',
      token: signed({ claims: claims() }),
      expectedCode: 'issuer_mismatch',
    },
    ...literals.map(([name, member]) => ({
      name: `payload no JSON: ${name}`,
      source: 'RFC 8259 §3, §6',
      token: signed(good.replace(/"exp":\d+/, member)),
      expectedCode: 'malformed_token',
    })),
    {
      name: 'payload two objects',
      source: 'RFC 7519 §7.2',
      token: signed(good + good),
      expectedCode: 'malformed_token',
    },
    ...wrongTypes.map(([name, value]) => ({
      name: `${name} is ${JSON.stringify(value)}`,
      source: 'RFC 7519 §4.1, RFC 9068 §2.2.3: of another type',
      token: signed(claims({ [name]: value })),
      expectedCode: 'malformed_token',
    })),
    ...['', '*', 'null', 'undefined', '%', '.*', resource.replace('mcp', '*'), `${resource},${resource}`].map(
      (aud) => ({
        name: `aud: ${JSON.stringify(aud)}`,
        source: 'RFC 9068 §4, RFC 7519 §4.1.3: a value, no pattern',
        token: signed(claims({ aud })),
        expectedCode: 'audience_mismatch',
      }),
    ),
  ];
};
