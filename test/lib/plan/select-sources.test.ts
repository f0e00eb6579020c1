import { describe, expect, test } from 'vitest';
import { isExcluded, readOptIn, type OptIn } from '../../../src/lib/plan/select-sources.ts';
import { factsOf } from '../../../src/lib/plan/source-facts.ts';
import type { SourceKind } from '../../../src/lib/policy/policy.ts';
import { policy, policyFile, retired, tags } from '../../support/points.ts';

const FILE = policyFile({
  policies: [
    policy({ name: 'daily-ami' }),
    policy({ name: 'data-6h', backup: 'snapshots' }),
    policy({ name: 'scratch', backup: 'volume' }),
    policy({
      name: 'payments',
      backup: 'snapshots',
      select: {
        tags: { Team: ['payments', 'ledger-*'], Stage: ['prod'] },
        exclude: { 'aws:autoscaling:groupName': ['*'], Backups: ['no', 'never'] },
      },
    }),
    policy({ name: 'all-volumes', backup: 'volume', select: { tags: { Team: ['payments'] }, exclude: {} } }),
  ],
  retired: [retired()],
});

function optIn(given: Readonly<Record<string, string>>, kind: SourceKind = 'instance'): OptIn {
  return readOptIn({ id: 'x', tags: tags(given) }, kind, FILE);
}

describe('opting in', () => {
  test.each([
    ['by the name of a policy', { Backup: 'daily-ami' }, ['daily-ami']],
    ['by one tag a policy', { 'Backup:daily-ami': 'true' }, ['daily-ami']],
    [
      'to several, in the file’s order',
      { 'Backup:data-6h': 'true', Backup: 'daily-ami' },
      ['daily-ami', 'data-6h'],
    ],
    ['to one policy in both forms', { 'Backup:daily-ami': 'true', Backup: 'daily-ami' }, ['daily-ami']],
    ['not, by false', { 'Backup:daily-ami': 'false' }, []],
    ['not, by other tags', { Name: 'Backup', 'Team:Backup': 'true', Backups: 'daily-ami' }, []],
    ['not, by no tag', {}, []],
  ])('%s', (_, given, policies) => {
    expect(optIn(given)).toEqual({ policies, problems: [], unclear: [] });
  });

  test('of a volume', () => {
    expect(optIn({ Backup: 'scratch' }, 'volume')).toEqual({
      policies: ['scratch'],
      problems: [],
      unclear: [],
    });
  });

  test.each(['Backup:Status', 'Backup:Keep', 'Backup:Exclude'])('%s names no policy', (key) => {
    const value = key === 'Backup:Keep' ? 'daily=3' : 'false';
    expect(optIn({ [key]: value }, 'volume')).toEqual({ policies: [], problems: [], unclear: [] });
  });

  test('with a tag key of the file’s own', () => {
    const file = { ...FILE, optInTag: 'Save it' };
    const source = {
      id: 'x',
      tags: tags({ 'Save it': 'daily-ami', 'Save it:data-6h': 'true', Backup: 'nonsense' }),
    };
    expect(readOptIn(source, 'instance', file)).toEqual({
      policies: ['daily-ami', 'data-6h'],
      problems: [],
      unclear: [],
    });
  });
});

describe('select', () => {
  test.each([
    ['every key with one of its values', { Team: 'payments', Stage: 'prod' }, ['payments']],
    ['with a pattern', { Team: 'ledger-eu', Stage: 'prod' }, ['payments']],
    ['not when a key is missing', { Team: 'payments' }, []],
    ['not when a value is another', { Team: 'ledgers', Stage: 'prod' }, []],
    ['not in other letters', { team: 'payments', Stage: 'prod' }, []],
    [
      'not when any excluded key matches',
      { Team: 'payments', Stage: 'prod', 'aws:autoscaling:groupName': 'web' },
      [],
    ],
    [
      'not when an excluded key has any of its values',
      { Team: 'payments', Stage: 'prod', Backups: 'never' },
      [],
    ],
    [
      'when an excluded key has another value',
      { Team: 'payments', Stage: 'prod', Backups: 'yes' },
      ['payments'],
    ],
    ['beside the tags', { Team: 'payments', Stage: 'prod', Backup: 'data-6h' }, ['data-6h', 'payments']],
  ])('%s', (_, given, policies) => {
    expect(optIn(given)).toEqual({ policies, problems: [], unclear: [] });
  });

  test('only sources of the kind that the policy backs up', () => {
    expect(optIn({ Team: 'payments', Stage: 'prod' }, 'volume').policies).toEqual(['all-volumes']);
  });
});

describe('[H10] a wrong tag is told with its value and what was expected', () => {
  const UNCLEAR = true;
  test.each<[string, Record<string, string>, SourceKind, string, boolean]>([
    [
      'a policy misspelt',
      { Backup: 'dayly-ami' },
      'instance',
      'tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)',
      UNCLEAR,
    ],
    [
      'a policy that is like none',
      { Backup: 'yes please' },
      'instance',
      'tag "Backup" names "yes please", no policy of the file (expected one of: daily-ami, data-6h, scratch, payments, all-volumes)',
      UNCLEAR,
    ],
    [
      'no value',
      { Backup: '' },
      'instance',
      'tag "Backup" names "", no policy of the file (expected one of: daily-ami, data-6h, scratch, payments, all-volumes)',
      UNCLEAR,
    ],
    [
      'a policy misspelt in the key',
      { 'Backup:daly-ami': 'true' },
      'instance',
      'tag "Backup:daly-ami" names no policy (did you mean daily-ami?)',
      UNCLEAR,
    ],
    [
      'a modifier in other letters',
      { 'Backup:keep': 'daily=14' },
      'instance',
      'tag "Backup:keep" names no policy (did you mean Keep?)',
      UNCLEAR,
    ],
    [
      'neither true nor false',
      { 'Backup:daily-ami': 'yes' },
      'instance',
      'tag "Backup:daily-ami" is "yes", expected true or false',
      UNCLEAR,
    ],
    [
      'a policy of another kind of source',
      { Backup: 'scratch' },
      'instance',
      'tag "Backup" names scratch, which backs up volumes: put it on the volume instead of this instance',
      UNCLEAR,
    ],
    [
      'a policy of instances on a volume',
      { 'Backup:daily-ami': 'true' },
      'volume',
      'tag "Backup:daily-ami" names daily-ami, which backs up instances: put it on the instance instead of this volume',
      UNCLEAR,
    ],
    [
      'a policy that selects by itself',
      { Backup: 'payments' },
      'instance',
      'tag "Backup" names payments, which selects by its own tags (Team, Stage) and not by "Backup"',
      UNCLEAR,
    ],
    [
      'a retired policy',
      { Backup: 'old-weekly' },
      'instance',
      'tag "Backup" names "old-weekly", a retired policy: nothing is backed up by it',
      false,
    ],
    [
      'a retired policy in the key',
      { 'Backup:old-weekly': 'true' },
      'instance',
      'tag "Backup:old-weekly" names "old-weekly", a retired policy: nothing is backed up by it',
      false,
    ],
    [
      'the opt-in tag in other letters',
      { backup: 'daily-ami' },
      'instance',
      'tag "backup" is not "Backup": EC2 tells capitals apart, so it has no effect',
      false,
    ],
    [
      'an override in other letters',
      { 'backup:keep': 'daily=14' },
      'instance',
      'tag "backup:keep" is not "Backup:keep": EC2 tells capitals apart, so it has no effect',
      UNCLEAR,
    ],
    [
      'a bad override',
      { 'Backup:Keep': 'dayly=14' },
      'instance',
      'tag "Backup:Keep": "dayly" is not a rule (did you mean daily?); every backup of it is kept until that is right',
      false,
    ],
    [
      'a hold on a source',
      { 'Backup:Hold': 'audit' },
      'instance',
      'tag "Backup:Hold" has no effect on a source: put it on the AMI or snapshot to be held',
      false,
    ],
    [
      'an exclusion on an instance',
      { 'Backup:Exclude': 'true' },
      'instance',
      'tag "Backup:Exclude" has no effect on an instance: put it on the volume to leave out',
      false,
    ],
    [
      'an exclusion that is neither true nor false',
      { 'Backup:Exclude': 'yes' },
      'volume',
      'tag "Backup:Exclude" is "yes", expected true or false; the volume is backed up',
      false,
    ],
  ])('%s', (_, ...[given, kind, problem, isUnclear]) => {
    expect(optIn(given, kind)).toEqual({
      policies: [],
      problems: [problem],
      unclear: isUnclear ? [problem] : [],
    });
  });

  test('and the right tags of the same source go on', () => {
    expect(optIn({ Backup: 'dayly-ami', 'Backup:data-6h': 'true' })).toMatchObject({
      policies: ['data-6h'],
      problems: ['tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)'],
    });
  });

  test('[H34] with what cannot be printed escaped, and cut', () => {
    const odd = `\u0000\u202e\u200d\n${'🦀'.repeat(252)}`;
    const [problem = ''] = optIn({ Backup: odd }).problems;
    expect(problem).toMatch(
      /^tag "Backup" names "\\u0000\\u202e\\u200d\\n🦀{53}…", no policy of the file \(/u,
    );
  });
});

describe('exclusion of a volume', () => {
  test.each([
    ['true', true],
    ['false', false],
    ['True', false],
    ['yes', false],
    ['', false],
  ])('Backup:Exclude=%s leaves it out: %s', (value, expected) => {
    expect(isExcluded(tags({ 'Backup:Exclude': value }), 'Backup')).toBe(expected);
  });

  test('only under the file’s own tag', () => {
    expect(isExcluded(tags({ 'Backup:Exclude': 'true' }), 'Save')).toBe(false);
    expect(isExcluded(tags({}), 'Backup')).toBe(false);
  });
});

describe('what the tags of a source say of retention', () => {
  test.each([
    ['nothing', { Backup: 'daily-ami' }, {}],
    ['an override', { 'Backup:Keep': 'daily=14' }, { keep: 'daily=14' }],
    ['a bad override, as it is written', { 'Backup:Keep': 'dayly=14' }, { keep: 'dayly=14' }],
    ['nothing, by a policy that is retired', { Backup: 'old-weekly' }, {}],
    [
      '[H10] a tag that cannot be understood',
      { Backup: 'dayly-ami', 'Backup:Keep': 'last=2' },
      {
        keep: 'last=2',
        problem: 'tag "Backup" names "dayly-ami", no policy of the file (did you mean daily-ami?)',
      },
    ],
  ])('%s', (_, given, facts) => {
    expect(factsOf({ id: 'i-1', tags: tags(given) }, 'instance', FILE)).toEqual(facts);
  });
});
