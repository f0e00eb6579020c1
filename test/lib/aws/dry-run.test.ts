import type { EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { askDryRun } from '../../../src/lib/aws/dry-run.ts';
import type { AskedCall } from '../../../src/lib/plan/doctor-permissions.ts';

const creating = {
  source: 'i-0123456789abcdef0',
  name: 'prod/nightly/i-0123456789abcdef0/20261122T030000Z',
  tags: [{ key: 'ec2-backup:deployment', value: 'prod' }],
};
const copying = {
  from: 'us-east-1',
  name: creating.name,
  tags: creating.tags,
};
const image = 'ami-0123456789abcdef0';

/** A call of each kind: the record is complete, or this does not compile. */
const CALLS: Record<AskedCall['action'], AskedCall> = {
  DescribeInstances: { action: 'DescribeInstances' },
  DescribeVolumes: { action: 'DescribeVolumes' },
  DescribeImages: { action: 'DescribeImages' },
  DescribeSnapshots: { action: 'DescribeSnapshots' },
  DescribeLockedSnapshots: { action: 'DescribeLockedSnapshots' },
  ListImagesInRecycleBin: { action: 'ListImagesInRecycleBin' },
  ListSnapshotsInRecycleBin: { action: 'ListSnapshotsInRecycleBin' },
  DescribeImageReferences: { action: 'DescribeImageReferences', image },
  CreateImage: { action: 'CreateImage', ...creating },
  CreateSnapshots: { action: 'CreateSnapshots', ...creating },
  CreateSnapshot: { action: 'CreateSnapshot', ...creating },
  CopyImage: { action: 'CopyImage', id: image, ...copying },
  CopySnapshot: { action: 'CopySnapshot', id: 'snap-0123456789abcdef0', ...copying },
  ModifyImageAttribute: { action: 'ModifyImageAttribute', id: image, account: '444455556666' },
  ModifySnapshotAttribute: {
    action: 'ModifySnapshotAttribute',
    id: 'snap-0123456789abcdef0',
    account: '444455556666',
  },
  DeregisterImage: { action: 'DeregisterImage', image },
  DeleteSnapshot: { action: 'DeleteSnapshot', snapshot: 'snap-0123456789abcdef0' },
};

interface Sent {
  readonly input: object;
  readonly constructor: { readonly name: string };
}

/** Keeps what is sent and rejects with an error of this name. */
function recording(name: string, message = ''): { sent: Sent[]; ec2: Pick<EC2Client, 'send'> } {
  const sent: Sent[] = [];
  // `send` is overloaded by command class; the promise form is all that is used.
  const send = ((command: Sent) => {
    sent.push(command);
    return Promise.reject(Object.assign(new Error(message), { name }));
  }) as unknown as EC2Client['send'];
  return { sent, ec2: { send } };
}

describe('askDryRun', () => {
  test.each(Object.values(CALLS))('sends $action with DryRun and once', async (call) => {
    const { sent, ec2 } = recording('DryRunOperation');
    expect(await askDryRun({ ec2 }, call)).toEqual({ action: call.action, answer: 'allowed' });
    expect(sent.map(({ constructor }) => constructor.name)).toEqual([`${call.action}Command`]);
    expect(sent[0]?.input).toMatchObject({ DryRun: true });
  });

  test.each(['CreateImage', 'CreateSnapshots', 'CreateSnapshot'] as const)(
    'asks about the tags that %s puts on, unless told not to',
    async (action) => {
      const { sent, ec2 } = recording('DryRunOperation');
      await askDryRun({ ec2 }, { action, ...creating });
      await askDryRun({ ec2 }, { action, ...creating, tags: [] });
      const [tagged, untagged] = sent.map(({ input }) => JSON.stringify(input));
      expect(tagged).toContain('"Tags":[{"Key":"ec2-backup:deployment","Value":"prod"}]');
      expect(untagged).not.toContain('Tag');
    },
  );

  test('takes UnauthorizedOperation for denied, without the encoded message', async () => {
    const { ec2 } = recording(
      'UnauthorizedOperation',
      'You are not authorized. User: arn:aws:iam::1:user/a is not allowed. Encoded authorization failure message: QUJD',
    );
    expect(await askDryRun({ ec2 }, CALLS.DeleteSnapshot)).toEqual({
      action: 'DeleteSnapshot',
      answer: 'denied',
      says: 'UnauthorizedOperation: You are not authorized. User: arn:aws:iam::1:user/a is not allowed.',
    });
  });

  test.each(['InvalidSnapshot.NotFound', 'RequestLimitExceeded', 'TimeoutError'])(
    'takes %s for no answer',
    async (name) => {
      const { ec2 } = recording(name, 'so it is');
      const answer = { action: 'DeleteSnapshot', answer: 'unclear', says: `${name}: so it is` };
      expect(await askDryRun({ ec2 }, CALLS.DeleteSnapshot)).toEqual(answer);
    },
  );

  test('takes no error at all for no answer: whoever that was, it was not EC2', async () => {
    const send = (() => Promise.resolve({})) as unknown as EC2Client['send'];
    expect(await askDryRun({ ec2: { send } }, CALLS.DescribeImages)).toMatchObject({ answer: 'unclear' });
  });
});
