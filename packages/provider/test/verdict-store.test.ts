import { describe, expect, it } from 'vitest';
import { keepVerdict } from '../src/token/verdict.ts';
import { createVerdictStore } from '../src/token/verdict-store.ts';

const verdictOf = (subject: string, claims: Record<string, unknown> = {}) =>
  keepVerdict(
    {
      token: 'token',
      issuer: 'https://idp.example.com',
      subject,
      clientId: '',
      scopes: ['openid'],
      audience: ['https://own.example'],
      expiresAt: 0,
      claims,
      provedBy: 'jwt',
      subjectKind: 'user',
    },
    { stands: () => true, settling: false },
  );
const megabyte = { padding: 'a'.repeat(500_000) };
const minute = 60_000;

describe('the store of verdicts', () => {
  it('keeps what it is given, for its time', () => {
    const store = createVerdictStore();
    const verdict = verdictOf('ada');
    store.set('kept', verdict, minute);
    expect(store.get('kept')).toBe(verdict);
  });

  it('has one subject make room for itself alone, by number', () => {
    const store = createVerdictStore();
    store.set('of grace', verdictOf('grace'), minute);
    for (let index = 0; index < 20_000; index += 1) store.set(`${index}`, verdictOf('ada'), minute);
    expect(store.get('of grace')).toBeDefined();
    expect(store.get('19999')).toBeDefined();
    expect(store.get('19900')).toBeDefined();
    expect(store.get('19899')).toBeUndefined();
  });

  it('has one subject make room for itself alone, by size', () => {
    const store = createVerdictStore();
    store.set('of grace', verdictOf('grace'), minute);
    const large = () => verdictOf('ada', { padding: 'a'.repeat(100_000) });
    for (let index = 0; index < 400; index += 1) store.set(`${index}`, large(), minute);
    expect(store.get('of grace')).toBeDefined();
    expect([399, 398, 397].map((index) => store.get(`${index}`) !== undefined)).toEqual([true, true, false]);
    store.set('small', verdictOf('ada'), minute);
    expect(store.get('399')).toBeDefined();
  });

  it('does not keep what is larger than a share, wherever in it that is', () => {
    const store = createVerdictStore();
    store.set('small', verdictOf('ada'), minute);
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`);
    const many = { list: Array.from({ length: 50_000 }, () => 0) };
    for (const claims of [megabyte, { [megabyte.padding]: 1 }, { a: [megabyte] }, deep, many]) {
      store.set('large', verdictOf('ada', claims), minute);
      expect(store.get('large')).toBeUndefined();
    }
    expect(store.get('small')).toBeDefined();
    store.set('of long name', verdictOf(megabyte.padding), minute);
    expect(store.get('of long name')).toBeUndefined();
  });

  it('keeps one that is set again once, and forgets it where the new one is too large', () => {
    const store = createVerdictStore();
    for (let index = 0; index < 1_000; index += 1) store.set('same', verdictOf('ada'), minute);
    for (let index = 0; index < 99; index += 1) store.set(`${index}`, verdictOf('ada'), minute);
    expect(store.get('same')).toBeDefined();
    store.set('same', verdictOf('ada', megabyte), minute);
    expect(store.get('same')).toBeUndefined();
  });
});
