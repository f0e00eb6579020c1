import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ENCODING,
  ESCAPED,
  escapeText,
  isCarried,
  isEscaped,
  readText,
  replaceUncarried,
  unescapeText,
} from '../../../src/lib/plan/escaped-text.ts';
import { tags } from '../../support/points.ts';

/** Every character, those that mean something in escapes often. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(',', ';', '(', ')', '{', '}', '2', 'C', '=', '/', '한', '😀', '\ud800'),
  }),
  fc.string({ unit: fc.constantFrom('{', '{{', '}', '}}', 'ssm:/a', '"', "'", '\\', '{7B}', '{7B', ' ') }),
);

describe('escaped text', () => {
  test('is carried whatever it says, and read back as it was', () => {
    fc.assert(
      fc.property(text, (meant) => {
        const escaped = escapeText(meant);
        expect(isEscaped(escaped)).toBe(true);
        expect(escaped).toMatch(/^[A-Za-z0-9() ./@_+:={}-]*$/);
        expect(escaped).not.toContain('{{');
        expect(unescapeText(escaped)).toBe(meant);
      }),
    );
  });

  test.each([
    ['/dev/xvda=0a,gp3;/dev/sdf=0b', '/dev/xvda=0a(gp3)/dev/sdf=0b'],
    ['a(b){c}', 'a{28}b{29}{7B}c{7D}'],
    ['{{ssm:/prod/key}}', '{7B}{7B}ssm:/prod/key{7D}{7D}'],
    ['a"b\'c\\d', 'a{22}b{27}c{5C}d'],
    ['한 😀', '{D55C} {1F600}'],
    ['arn:aws:iam::1:instance-profile/a+b@c', 'arn:aws:iam::1:instance-profile/a+b@c'],
  ])('of %s is %s', (meant, escaped) => {
    expect(escapeText(meant)).toBe(escaped);
    expect(unescapeText(escaped)).toBe(meant);
  });

  test('that was never written is left as it is', () => {
    expect(unescapeText('{110000} {zz} {} {2c')).toBe('{110000} {zz} {} {2c');
  });

  test('of versions before, which escaped no quotes and backslashes, is read as it was', () => {
    expect(unescapeText('a"b\'c\\d{7B}')).toBe('a"b\'c\\d{');
  });

  test.each(['{{ssm:/a}}', 'a{{', '{7B}{{7B}', "it's", 'a"', 'a\\', 'a,b'])('is never %s', (written) => {
    expect(isEscaped(written)).toBe(false);
  });

  test('is read as such only where the tags say so', () => {
    expect(readText(tags({ [ENCODING]: ESCAPED }), 'a(b')).toBe('a,b');
    expect(readText(tags(), 'a(b')).toBe('a(b');
    expect(readText(tags({ [ENCODING]: 'of a later version' }), 'a(b')).toBe('a(b');
  });
});

describe('text of others', () => {
  test('that is for people keeps what can stand', () => {
    expect(replaceUncarried('웹 (1), a:b')).toBe('_ (1)_ a:b');
    expect(replaceUncarried('{{ ssm:name }} "a" it\'s \\')).toBe('__ ssm:name __ _a_ it_s _');
  });

  test('is carried as it is only without what could mean more than itself', () => {
    fc.assert(
      fc.property(text, (meant) => {
        const written = replaceUncarried(meant);
        expect(written).not.toMatch(/[{}'"\\,;]/);
        expect(isCarried(written)).toBe(true);
        expect(isCarried(meant)).toBe(written === meant);
      }),
    );
  });
});
