import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ENCODING,
  ESCAPED,
  escapeText,
  isCarried,
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
);

describe('escaped text', () => {
  test('is carried whatever it says, and read back as it was', () => {
    fc.assert(
      fc.property(text, (meant) => {
        const escaped = escapeText(meant);
        expect(isCarried(escaped)).toBe(true);
        expect(unescapeText(escaped)).toBe(meant);
      }),
    );
  });

  test.each([
    ['/dev/xvda=0a,gp3;/dev/sdf=0b', '/dev/xvda=0a(gp3)/dev/sdf=0b'],
    ['a(b){c}', 'a{28}b{29}{7B}c{7D}'],
    ['한 😀', '{D55C} {1F600}'],
    ['arn:aws:iam::1:instance-profile/a+b@c', 'arn:aws:iam::1:instance-profile/a+b@c'],
  ])('of %s is %s', (meant, escaped) => {
    expect(escapeText(meant)).toBe(escaped);
    expect(unescapeText(escaped)).toBe(meant);
  });

  test('that was never written is left as it is', () => {
    expect(unescapeText('{110000} {zz} {} {2c')).toBe('{110000} {zz} {} {2c');
  });

  test('is read as such only where the tags say so', () => {
    expect(readText(tags({ [ENCODING]: ESCAPED }), 'a(b')).toBe('a,b');
    expect(readText(tags(), 'a(b')).toBe('a(b');
    expect(readText(tags({ [ENCODING]: 'of a later version' }), 'a(b')).toBe('a(b');
  });
});

test('what people read keeps what can stand', () => {
  expect(replaceUncarried('웹 (1), "a"')).toBe('_ (1)_ "a"');
});
