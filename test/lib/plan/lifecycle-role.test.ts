import { describe, expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import { requiredActions, roleArn, roleName } from '../../../src/lib/plan/lifecycle-role.ts';
import type { DefaultPolicy, DlmPolicy, PolicyFile } from '../../../src/lib/policy/policy.ts';
import {
  defaultPolicy,
  DLM_PLACE,
  dlmCopy,
  dlmFile,
  dlmHooks,
  dlmPolicy,
  dlmSchedule,
} from '../../support/dlm-policies.ts';

/** `resource: actions` a line, without the prefixes that all have. */
function required(file: PolicyFile, place = DLM_PLACE): string[] {
  return wantedLifecyclePolicies(file, place).flatMap((wanted) =>
    requiredActions(wanted, place).map(({ resource, actions }) => `${resource}: ${actions.join(' ')}`),
  );
}

function requiredBy(over: Partial<DlmPolicy>): string[] {
  return required(dlmFile({ dlmPolicies: [dlmPolicy(over)] }));
}

function requiredByDefault(over: Partial<DefaultPolicy>): string[] {
  return required(dlmFile({ dlmPolicies: [], defaultPolicies: [defaultPolicy(over)] }));
}

const READ = 'ec2:DescribeInstances ec2:DescribeSnapshots ec2:DescribeVolumes';
const VOLUME = [
  `*: ${READ}`,
  'arn:aws:ec2:eu-west-1:111122223333:volume/*: ec2:CreateSnapshot',
  'arn:aws:ec2:eu-west-1::snapshot/*: ec2:CreateSnapshot ec2:CreateTags ec2:DeleteSnapshot',
];
const SNAPSHOTS = [
  `*: ${READ}`,
  'arn:aws:ec2:eu-west-1:111122223333:instance/*: ec2:CreateSnapshots',
  'arn:aws:ec2:eu-west-1:111122223333:volume/*: ec2:CreateSnapshots',
  'arn:aws:ec2:eu-west-1::snapshot/*: ec2:CreateSnapshots ec2:CreateTags ec2:DeleteSnapshot',
];
const IMAGE = [
  '*: ec2:DescribeImages ec2:DescribeInstances ec2:DescribeSnapshots ec2:DescribeVolumes',
  'arn:aws:ec2:eu-west-1:111122223333:instance/*: ec2:CreateImage',
  'arn:aws:ec2:eu-west-1::image/*: ec2:CreateImage ec2:CreateTags ec2:DeregisterImage ec2:DescribeImageAttribute',
  'arn:aws:ec2:eu-west-1::snapshot/*: ec2:CreateImage ec2:CreateTags ec2:DeleteSnapshot',
];

interface Row {
  readonly name: string;
  readonly is: readonly string[];
  readonly plain: readonly string[];
  /** What comes to it. */
  readonly more: readonly string[];
}

const SNAPSHOT = 'arn:aws:ec2:eu-west-1::snapshot/*';
const INSTANCE = 'arn:aws:ec2:eu-west-1:111122223333:instance/*';
const SSM = ['ssm:DescribeInstanceInformation', 'ssm:GetCommandInvocation', 'ssm:ListCommands'];
const MONTHLY = dlmSchedule({ create: { cron: 'cron(0 3 1 * ? *)' } });

const ROWS: readonly Row[] = [
  { name: 'snapshots of volumes', is: requiredBy({ backup: 'volume' }), plain: VOLUME, more: [] },
  { name: 'snapshots of instances', is: requiredBy({}), plain: SNAPSHOTS, more: [] },
  { name: 'images', is: requiredBy({ backup: 'image' }), plain: IMAGE, more: [] },
  { name: 'the default policy for volumes', is: requiredByDefault({}), plain: VOLUME, more: [] },
  {
    name: 'the default policy for instances',
    is: requiredByDefault({ kind: 'instance' }),
    plain: IMAGE,
    more: [],
  },
  {
    name: 'copies of snapshots',
    is: requiredBy({ copies: [dlmCopy(), dlmCopy({ region: 'us-east-1' })] }),
    plain: SNAPSHOTS,
    more: [
      `${SNAPSHOT}: ec2:CopySnapshot`,
      'arn:aws:ec2:eu-central-1::snapshot/*: ec2:CopySnapshot ec2:CreateTags ec2:DeleteSnapshot',
      'arn:aws:ec2:us-east-1::snapshot/*: ec2:CopySnapshot ec2:CreateTags ec2:DeleteSnapshot',
    ],
  },
  {
    name: 'copies by the default policy',
    is: requiredByDefault({ copies: ['us-east-1'] }),
    plain: VOLUME,
    more: [
      `${SNAPSHOT}: ec2:CopySnapshot`,
      'arn:aws:ec2:us-east-1::snapshot/*: ec2:CopySnapshot ec2:CreateTags ec2:DeleteSnapshot',
    ],
  },
  {
    name: 'copies of images, deprecated here and there',
    is: requiredBy({
      backup: 'image',
      deprecate: { count: 4 },
      copies: [dlmCopy({ deprecate: { interval: 20, unit: 'DAYS' } })],
    }),
    plain: IMAGE,
    more: [
      'arn:aws:ec2:eu-west-1::image/*: ec2:CopyImage ec2:DisableImageDeprecation ec2:EnableImageDeprecation',
      'arn:aws:ec2:eu-central-1::image/*: ec2:CopyImage ec2:CreateTags ec2:DeregisterImage ec2:DisableImageDeprecation ec2:EnableImageDeprecation',
      'arn:aws:ec2:eu-central-1::snapshot/*: ec2:CopyImage ec2:CreateTags ec2:DeleteSnapshot',
    ],
  },
  {
    name: 'sharing',
    is: requiredBy({ share: { accounts: ['444455556666'] } }),
    plain: SNAPSHOTS,
    more: [`${SNAPSHOT}: ec2:DescribeSnapshotAttribute ec2:ModifySnapshotAttribute`],
  },
  {
    name: 'fast restore',
    is: requiredBy({ fastRestore: { retain: { count: 1 }, zones: ['eu-west-1a'] } }),
    plain: SNAPSHOTS,
    more: [
      '*: ec2:DescribeAvailabilityZones ec2:DescribeFastSnapshotRestores',
      `${SNAPSHOT}: ec2:DisableFastSnapshotRestores ec2:EnableFastSnapshotRestores`,
    ],
  },
  {
    name: 'an archive',
    is: requiredBy({
      backup: 'volume',
      schedules: [MONTHLY],
      archive: { standard: { count: 0 }, archived: { count: 12 } },
    }),
    plain: VOLUME,
    more: ['*: ec2:DescribeSnapshotTierStatus', `${SNAPSHOT}: ec2:ModifySnapshotTier`],
  },
  {
    name: 'scripts in a document of the account',
    is: requiredBy({ hooks: dlmHooks() }),
    plain: SNAPSHOTS,
    more: [
      `*: ${SSM.join(' ')}`,
      `${INSTANCE}: ssm:SendCommand`,
      'arn:aws:ssm:eu-west-1:111122223333:document/my-freeze: ssm:DescribeDocument ssm:GetDocument ssm:SendCommand',
    ],
  },
  {
    name: 'scripts in a document of another account',
    is: requiredBy({
      hooks: dlmHooks({ document: 'arn:aws:ssm:eu-west-1:444455556666:document/their-freeze' }),
    }),
    plain: SNAPSHOTS,
    more: [
      `*: ${SSM.join(' ')}`,
      `${INSTANCE}: ssm:SendCommand`,
      'arn:aws:ssm:eu-west-1:444455556666:document/their-freeze: ssm:DescribeDocument ssm:GetDocument ssm:SendCommand',
    ],
  },
  {
    name: 'VSS, whose document is AWS’s',
    is: requiredBy({ hooks: dlmHooks({ document: 'AWS_VSS_BACKUP' }) }),
    plain: SNAPSHOTS,
    more: [
      `*: ${SSM.join(' ')}`,
      `${INSTANCE}: ssm:SendCommand`,
      'arn:aws:ssm:eu-west-1::document/AWSEC2-CreateVssSnapshot: ssm:DescribeDocument ssm:GetDocument ssm:SendCommand',
    ],
  },
];

describe('what DLM’s role must be allowed', () => {
  test.each(ROWS)('$name', ({ is, plain, more }) => {
    expect(flat(is)).toEqual([...flat(plain), ...flat(more)].sort());
  });

  test('names each resource once, in the partition of the place', () => {
    const place = { account: '111122223333', region: 'cn-north-1', partition: 'aws-cn' };
    expect(required(dlmFile(), place)).toEqual([
      `*: ${READ}`,
      'arn:aws-cn:ec2:cn-north-1:111122223333:instance/*: ec2:CreateSnapshots',
      'arn:aws-cn:ec2:cn-north-1:111122223333:volume/*: ec2:CreateSnapshots',
      'arn:aws-cn:ec2:cn-north-1::snapshot/*: ec2:CreateSnapshots ec2:CreateTags ec2:DeleteSnapshot',
    ]);
  });
});

/** `resource action`, each once, ascending. */
function flat(lines: readonly string[]): string[] {
  return lines
    .flatMap((line) => {
      const [resource = '', actions = ''] = line.split(': ');
      return actions.split(' ').map((action) => `${resource} ${action}`);
    })
    .sort();
}

describe('the names of DLM’s roles', () => {
  test('the longest deployment fits in the Region with the longest name', () => {
    const name = roleName('dlm-snapshots', 'd'.repeat(32), { region: 'ap-northeast-15x' });
    expect(name).toBe(`${'d'.repeat(32)}-ap-northeast-15x-dlm-snapshots`);
    expect(name).toHaveLength(63);
  });

  test('one that IAM does not take is refused', () => {
    expect(() => roleName('dlm-images', 'd'.repeat(40), { region: 'ap-northeast-15x' })).toThrow(
      new RangeError(
        `the role name ${'d'.repeat(40)}-ap-northeast-15x-dlm-images has 68 characters, expected at most 64: give the deployment a shorter name`,
      ),
    );
  });

  test('the ARN has the path and the partition', () => {
    expect(roleArn('dlm-images', 'prod', { ...DLM_PLACE, partition: 'aws-us-gov' })).toBe(
      'arn:aws-us-gov:iam::111122223333:role/ec2-backup/prod/prod-eu-west-1-dlm-images',
    );
  });
});
