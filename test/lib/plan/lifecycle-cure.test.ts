import { describe, expect, test } from 'vitest';
import { cureOf } from '../../../src/lib/plan/lifecycle-cure.ts';

/** The first two are DLM's own, from its documentation; the others are words of EC2, IAM and KMS. */
const KNOWN: readonly { readonly message: string; readonly cure: RegExp }[] = [
  { message: 'Role provided does not have sufficient permissions', cure: /^the role lacks a permission/ },
  { message: 'Maximum allowed active snapshot limit exceeded', cure: /^the account has as many snapshots/ },
  { message: 'You are not authorized to perform this operation.', cure: /^the role lacks a permission/ },
  {
    message: 'User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:CreateGrant',
    cure: /^let the role use the KMS keys/,
  },
  { message: 'Given key ID is not accessible: inaccessible key', cure: /^let the role use the KMS keys/ },
  { message: 'The role provided does not exist', cure: /^the role is gone/ },
  { message: 'The role with name x cannot be found.', cure: /^the role is gone/ },
  { message: 'Unable to assume the role provided', cure: /^DLM may not assume the role/ },
  { message: 'Maximum number of AMIs: quota reached', cure: /^the account has as many AMIs/ },
  { message: 'Fast snapshot restore is not supported in use1-az3', cure: /^see that fast snapshot restore/ },
  { message: 'Maximum number of tags exceeded', cure: /^a snapshot or AMI has at most 50 tags/ },
  {
    message: 'TagLimitExceeded: The maximum number of Tags for a resource has been reached.',
    cure: /50 tags/,
  },
  { message: 'The SSM document my-freeze is invalid', cure: /^see that the SSM document of hooks exists/ },
  { message: 'Request limit exceeded: Rate exceeded', cure: /^a passing trouble of AWS/ },
];

describe('the cure of an ERROR', () => {
  test.each(KNOWN)('$message', ({ message, cure }) => {
    expect(cureOf(message)).toMatch(cure);
  });

  test.each(['', 'Something nobody has seen', 'ERROR'])('%j is not known, and that is said', (message) => {
    expect(cureOf(message)).toMatch(/^no cure is known for this message: look in CloudTrail/);
  });

  test('every cure ends with how the policy is enabled again', () => {
    for (const { message } of [...KNOWN, { message: 'unknown' }]) {
      expect(cureOf(message)).toMatch(
        /, then run `ec2-backup policies apply`, which enables the lifecycle policy again$|; then run `ec2-backup policies apply`, which enables the lifecycle policy again$/,
      );
    }
  });
});
