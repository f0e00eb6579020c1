/** What a file with copies adds to the template: when they are made, where, and what may be done for them. */

import { describe, expect, test } from 'vitest';
import { allPlaces, copyPlaces, sourcePlaces, targetOf } from '../../src/lib/policy/places.ts';
import type { Place, Target } from '../../src/lib/policy/policy.ts';
import { ACCOUNT, REGION, resolve, stackOf, type Template } from '../support/cloudformation.ts';
import { parse } from '../support/scenario.ts';
import { infraPlaces, placeRoles, propertiesOf, resourcesOf, resourcesOfType } from '../support/template.ts';

const OTHER = '444455556666';

function fileWith(copies: string, targets = '') {
  return parse(`
version: 1
deployment: prod
policies:
  daily-ami: { backup: image, schedule: cron(0 3 * * ? *), keep: { daily: 3 }, copies: ${copies} }
${targets}`);
}

const HOME = fileWith('[{ region: eu-west-1 }]');
const AWAY = fileWith(
  `[{ account: "${OTHER}", region: us-east-1 }]`,
  `targets:\n  - { account: "${OTHER}", region: eu-north-1, rolePrefix: ec2-backup, copiesOnly: true }\n`,
);

/** What a place is called once it is deployed at home. */
function filledIn({ account, region, ...rest }: Target): object {
  return { ...rest, account: { 'Fn::Sub': account }, region: { 'Fn::Sub': region } };
}

/** The Regions that a role may work in, by the statement that denies all others. */
function regionsOf(template: Template, id: string): unknown {
  const { Policies } = propertiesOf(template, id) as unknown as {
    readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
  const statements = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return statements.find(({ Sid }) => Sid === 'NowhereElse')?.Condition?.StringNotEquals?.[
    'aws:RequestedRegion'
  ];
}

interface Statement {
  readonly Sid: string;
  readonly Condition?: { readonly StringNotEquals?: Readonly<Record<string, unknown>> };
}

describe('where copies go', () => {
  test('the functions may work too, in their own account', () => {
    const template = resourcesOf(HOME);
    for (const id of ['ReplicateRole', 'PruneRole', 'WatchRole'])
      expect(regionsOf(template, id), id).toEqual([REGION, 'eu-west-1'].sort());
    for (const id of ['BackupRole', 'RegisterPoliciesRole'])
      expect(regionsOf(template, id), id).toEqual([REGION]);
  });

  const OWN = `{ account: "${ACCOUNT}", region: eu-west-1 }`;
  const OWN_COPIES = `{ account: "${ACCOUNT}", region: eu-west-1, copiesOnly: true }`;
  const VAULT = `{ account: "${OTHER}", region: us-east-1, rolePrefix: vault, externalId: tea-pot, copiesOnly: true }`;
  const SOURCE = `{ account: "${OTHER}", region: eu-north-1, rolePrefix: vault, externalId: tea-pot }`;
  const TO_VAULT = `{ account: "${OTHER}", region: us-east-1 }`;

  test.each([
    { copies: '[]', targets: [] },
    { copies: '[]', targets: [OWN, SOURCE] },
    { copies: '[{ region: eu-west-1 }]', targets: [] },
    { copies: '[{ region: eu-west-1 }]', targets: [OWN_COPIES] },
    { copies: '[{ region: us-east-2 }]', targets: [OWN_COPIES] },
    { copies: `[${TO_VAULT}, { region: eu-west-1 }]`, targets: [VAULT] },
    { copies: `[${TO_VAULT}, { region: eu-west-3 }]`, targets: [OWN, SOURCE] },
    { copies: '[{ region: eu-west-1 }, { region: eu-north-1 }]', targets: [OWN, SOURCE] },
    { copies: `[${TO_VAULT}]`, targets: [OWN, SOURCE, VAULT] },
  ])('is what it is when it runs: copies $copies, targets $targets', ({ copies, targets }) => {
    const file = fileWith(copies, targets.length === 0 ? '' : `targets: [${targets.join(', ')}]\n`);
    const home = { account: ACCOUNT, region: REGION };
    const access = (place: Place): unknown => {
      const { account, region, rolePrefix, externalId } = { ...targetOf(file, place, home), ...place };
      return { account, region, rolePrefix, externalId };
    };
    const deployed = (places: readonly Target[]): unknown =>
      (resolve(places.map(filledIn)) as Target[]).map(({ account, region, rolePrefix, externalId }) => ({
        account,
        region,
        rolePrefix,
        externalId,
      }));
    const { placesOf, sourcesOf, copyPlacesOf } = infraPlaces;
    expect(deployed(sourcesOf(file))).toEqual(sourcePlaces(file, home).map(access));
    expect(deployed(copyPlacesOf(file)), 'copies').toEqual(copyPlaces(file, home).map(access));
    expect(deployed(placesOf(file)), 'all').toEqual(allPlaces(file, home).map(access));
  });

  test('has an alarm of its own, with an id and a name that AWS takes', () => {
    const files = [HOME, AWAY, fileWith('[{ region: us-east-1 }]', `targets: [${OWN_COPIES}]\n`)];
    for (const file of files) {
      const made = resourcesOf(file);
      for (const id of Object.keys(made.Resources)) expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
      const names = resourcesOfType(made, 'AWS::CloudWatch::Alarm').map(({ AlarmName }) => AlarmName);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('of another account the roles of its targets do, in the Regions of both', () => {
    const roles = stackOf(placeRoles(AWAY), { HomeAccount: ACCOUNT, HomeRegion: REGION });
    expect(JSON.stringify(placeRoles(AWAY))).toContain('"Default":"eu-north-1,us-east-1"');
    expect(resourcesOfType(roles, 'AWS::IAM::Role').map(({ RoleName }) => RoleName)).toContain(
      'ec2-backup-replicate',
    );
  });

  test('is watched', () => {
    const watched = resourcesOfType(resourcesOf(AWAY), 'AWS::CloudWatch::Alarm')
      .filter(({ MetricName }) => MetricName === 'Watched')
      .map(({ AlarmName }) => AlarmName);
    expect(watched.sort()).toEqual(
      [
        `ec2-backup-prod-silence-${ACCOUNT}-${REGION}`,
        `ec2-backup-prod-silence-${OTHER}-eu-north-1`,
        `ec2-backup-prod-silence-${OTHER}-us-east-1`,
      ].sort(),
    );
  });
});

describe('when copies are made', () => {
  const template = resourcesOf(HOME);
  const schedules = (made: Template): unknown[] =>
    resourcesOfType(made, 'AWS::Scheduler::Schedule').map(({ Name }) => Name);

  test('by a sweep, and when EC2 tells that something was made', () => {
    expect(schedules(template)).toContain('replicate');
    const rules = resourcesOfType(template, 'AWS::Events::Rule');
    expect(rules).toHaveLength(3);
    for (const { Targets } of rules) {
      expect(Targets).toEqual([
        {
          Id: 'replicate',
          Arn: 'ReplicateQueue.Arn',
          Input: '{"job":"replicate","trigger":"schedule"}',
          SqsParameters: { MessageGroupId: 'fan-out/replicate' },
          DeadLetterConfig: { Arn: 'ReplicateUndelivered.Arn' },
        },
      ]);
    }
  });

  test('by nobody but these rules', () => {
    const policy = propertiesOf(template, 'MayAskForCopies') as unknown as {
      readonly Queues: readonly string[];
      readonly PolicyDocument: { readonly Statement: readonly { readonly Condition: unknown }[] };
    };
    expect(policy.Queues).toHaveLength(2);
    const rules = ['BackupIsMade1.Arn', 'BackupIsMade2.Arn', 'BackupIsMade3.Arn'];
    for (const { Condition } of policy.PolicyDocument.Statement)
      expect(Condition).toEqual({ ArnEquals: { 'aws:SourceArn': rules } });
  });

  test('not at all where no policy has some', () => {
    const without = resourcesOf(fileWith('[]'));
    expect(schedules(without)).not.toContain('replicate');
    expect(resourcesOfType(without, 'AWS::Events::Rule')).toEqual([]);
  });
});
