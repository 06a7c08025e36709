import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  crossCheck,
  describeEnvironment,
  readEnvironment,
  readOptions,
  setting,
  wholeNumber,
} from '../src/index.ts';

const schema = z
  .object({
    names: setting(z.array(z.string()).default(['ada']), { description: 'the names', example: 'ada grace' }),
    count: setting(wholeNumber('a number from 1 to 9', 1, 9).default(3), {
      description: 'how many',
      example: '5',
    }),
    isOpen: setting(z.boolean({ error: 'true or false' }).default(false), {
      description: 'whether',
      example: 'true',
    }),
    headers: setting(z.record(z.string(), z.string(), { error: 'a JSON object' }).default({}), {
      description: 'the headers',
      example: '{"a":"b"}',
    }),
    where: setting(z.string().optional(), {
      description: 'where',
      example: 'here',
      defaultText: 'somewhere',
    }),
  })
  .check(
    crossCheck('count', 'more than one, because of {names}', ({ names, count }) => !names || count !== 1),
  );

const read = (environment: Record<string, string>) => readEnvironment(schema, environment, 'P');

describe('the text of a variable', () => {
  it.each([
    ['P_NAMES', ' ada,  grace', { names: ['ada', 'grace'] }],
    ['P_COUNT', '7', { count: 7 }],
    ['P_IS_OPEN', 'true', { isOpen: true }],
    ['P_IS_OPEN', 'false', { isOpen: false }],
    ['P_HEADERS', '{"x":"y"}', { headers: { x: 'y' } }],
  ])('becomes the typed value of the field: %s=%s', (name, text, values) => {
    expect(read({ [name]: text })).toMatchObject({ success: true, values });
  });

  it.each([
    ['P_COUNT', 'many', 'a number from 1 to 9'],
    ['P_COUNT', '1.5', 'a number from 1 to 9'],
    ['P_COUNT', '0x5', 'a number from 1 to 9'],
    ['P_IS_OPEN', 'TRUE', 'true or false'],
    ['P_HEADERS', '{', 'a JSON object'],
    ['P_HEADERS', '[]', 'a JSON object'],
    ['P_COUNT', '1', 'more than one, because of P_NAMES'],
  ])('that is none of the kind is refused: %s=%s', (name, text, expected) => {
    const environment = { P_NAMES: 'ada', [name]: text };
    expect(read(environment)).toMatchObject({ success: false, problems: [{ setting: name, expected }] });
  });
});

describe('typed options', () => {
  it('pass the same schema, and rules name their fields', () => {
    expect(readOptions(schema, { names: ['grace'], count: 5 })).toMatchObject({
      success: true,
      values: { names: ['grace'], count: 5, isOpen: false },
    });
    expect(readOptions(schema, { names: ['grace'], count: 1 })).toMatchObject({
      success: false,
      problems: [{ setting: 'count', expected: 'more than one, because of names', example: 'count: 5' }],
    });
  });

  it('are not texts', () => {
    expect(readOptions(schema, { names: 'ada,grace' })).toMatchObject({
      problems: [{ setting: 'names', found: 'ada,grace', example: 'names: ["ada","grace"]' }],
    });
  });

  it('that do not exist are named with the nearest that does', () => {
    expect(readOptions(schema, { isopen: true })).toMatchObject({
      problems: [{ setting: 'isopen', expected: 'isOpen, the nearest name that there is' }],
    });
  });

  it('are not the variables of an environment, of which one says where they belong', () => {
    const reading = readOptions(schema, { HOME: '/root', PATH: '/bin', IS_OPEN: 'true' });
    const expected = expect.stringContaining('connectFromEnvironment(process.env');
    expect(reading).toMatchObject({ success: false, problems: [{ setting: 'HOME', expected }] });
    expect(reading).toHaveProperty('problems.length', 1);
  });
});

it('a default is described as the schema has it', () => {
  const defaults = describeEnvironment(schema).map(({ name, defaultText }) => [name, defaultText]);
  expect(defaults).toEqual([
    ['NAMES', 'ada'],
    ['COUNT', '3'],
    ['IS_OPEN', 'false'],
    ['HEADERS', 'none'],
    ['WHERE', 'somewhere'],
  ]);
});
