/** The evaluator that judges the roles is right itself, corner by corner. */

import { describe, expect, test } from 'vitest';
import { isAllowed, type Conditions, type IamRequest, type Statement } from '../support/iam.ts';

const SNAPSHOT = 'arn:aws:ec2:eu-west-1::snapshot/snap-1';

function request(context: IamRequest['context'] = {}): IamRequest {
  return { action: 'ec2:DeleteSnapshot', resource: SNAPSHOT, context };
}

function allow(change: Partial<Statement> = {}): Statement {
  return { Effect: 'Allow', Action: 'ec2:DeleteSnapshot', Resource: '*', ...change };
}

const deny: Statement = { ...allow(), Effect: 'Deny' };

describe('statements', () => {
  const CASES: readonly { name: string; statements: readonly Statement[]; allowed: boolean }[] = [
    { name: 'nothing allows nothing', statements: [], allowed: false },
    { name: 'an Allow allows', statements: [allow()], allowed: true },
    { name: 'a Deny wins', statements: [allow(), deny], allowed: false },
    { name: 'actions have no case', statements: [allow({ Action: 'EC2:deletesnapshot' })], allowed: true },
    { name: 'wildcard in the action', statements: [allow({ Action: ['ec2:Delete*'] })], allowed: true },
    { name: 'another action', statements: [allow({ Action: 'ec2:DeleteSnap' })], allowed: false },
    {
      name: 'wildcard in the resource',
      statements: [allow({ Resource: 'arn:aws:ec2:*::snapshot/snap-?' })],
      allowed: true,
    },
    {
      name: 'another resource',
      statements: [allow({ Resource: ['arn:aws:ec2:eu-west-1:1:snapshot/*'] })],
      allowed: false,
    },
    { name: 'a Deny of another resource', statements: [allow(), { ...deny, Resource: 'x' }], allowed: true },
  ];

  test.each(CASES)('$name', ({ statements, allowed }) => {
    expect(isAllowed(statements, request())).toBe(allowed);
  });
});

describe('conditions', () => {
  const CASES: readonly {
    name: string;
    condition: Conditions;
    context: IamRequest['context'];
    holds: boolean;
  }[] = [
    { name: 'equal', condition: { StringEquals: { k: ['a', 'b'] } }, context: { k: 'b' }, holds: true },
    { name: 'unequal in case', condition: { StringEquals: { k: 'a' } }, context: { k: 'A' }, holds: false },
    { name: 'absent key', condition: { StringEquals: { k: 'a' } }, context: {}, holds: false },
    {
      name: 'key in another case',
      condition: { StringEquals: { 'aws:ResourceTag/Team': 'a' } },
      context: { 'aws:resourcetag/team': 'a' },
      holds: true,
    },
    {
      name: 'one of two keys',
      condition: { StringEquals: { k: 'a', l: 'b' } },
      context: { k: 'a' },
      holds: false,
    },
    {
      name: 'one of two operators',
      condition: { StringEquals: { k: 'a' }, Bool: { l: 'true' } },
      context: { k: 'a', l: 'false' },
      holds: false,
    },
    {
      name: 'at most a number',
      condition: { NumericLessThanEquals: { k: '30' } },
      context: { k: '9' },
      holds: true,
    },
    {
      name: 'over a number',
      condition: { NumericLessThanEquals: { k: '30' } },
      context: { k: '31' },
      holds: false,
    },
    {
      name: 'no number at all',
      condition: { NumericLessThanEquals: { k: '30' } },
      context: {},
      holds: false,
    },
    { name: 'like', condition: { StringLike: { k: 'a*c' } }, context: { k: 'abc' }, holds: true },
    {
      name: 'no wildcard in equals',
      condition: { StringEquals: { k: 'a*' } },
      context: { k: 'ab' },
      holds: false,
    },
    { name: 'bool', condition: { Bool: { k: 'true' } }, context: { k: 'True' }, holds: true },
    { name: 'null of an absent key', condition: { Null: { k: 'true' } }, context: {}, holds: true },
    { name: 'not null of an absent key', condition: { Null: { k: 'false' } }, context: {}, holds: false },
    { name: 'not null of no values', condition: { Null: { k: 'false' } }, context: { k: [] }, holds: false },
    {
      name: 'not null of an empty value',
      condition: { Null: { k: 'false' } },
      context: { k: '' },
      holds: true,
    },
    {
      name: 'any of several',
      condition: { 'ForAnyValue:StringEquals': { k: 'a' } },
      context: { k: ['b', 'a'] },
      holds: true,
    },
    {
      name: 'any of an absent key',
      condition: { 'ForAnyValue:StringEquals': { k: 'a' } },
      context: {},
      holds: false,
    },
    {
      name: 'not equal',
      condition: { StringNotEquals: { k: ['a', 'b'] } },
      context: { k: 'c' },
      holds: true,
    },
    {
      name: 'not equal to one of two',
      condition: { StringNotEquals: { k: ['a', 'b'] } },
      context: { k: 'b' },
      holds: false,
    },
    { name: 'not equal, absent key', condition: { StringNotEquals: { k: 'a' } }, context: {}, holds: true },
    {
      name: 'any not equal',
      condition: { 'ForAnyValue:StringNotEquals': { k: ['a', 'b'] } },
      context: { k: ['a', 'c'] },
      holds: true,
    },
    {
      name: 'any not equal of those that all are',
      condition: { 'ForAnyValue:StringNotEquals': { k: ['a', 'b'] } },
      context: { k: ['b', 'a'] },
      holds: false,
    },
    {
      name: 'any not equal, absent key',
      condition: { 'ForAnyValue:StringNotEquals': { k: 'a' } },
      context: {},
      holds: false,
    },
    {
      name: 'all of several',
      condition: { 'ForAllValues:StringEquals': { k: 'a' } },
      context: { k: ['b', 'a'] },
      holds: false,
    },
    {
      name: 'all of an absent key',
      condition: { 'ForAllValues:StringEquals': { k: 'a' } },
      context: {},
      holds: true,
    },
  ];

  test.each(CASES)('$name', ({ condition, context, holds }) => {
    expect(isAllowed([allow({ Condition: condition })], request(context))).toBe(holds);
  });

  test('an operator that it does not know is refused, not ignored', () => {
    const statement = allow({ Condition: { NumericLessThan: { k: '1' } } });
    expect(() => isAllowed([statement], request({ k: '0' }))).toThrow(/NumericLessThan/);
  });
});
