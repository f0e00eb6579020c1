/** What to do about a lifecycle policy in ERROR. */

interface Cure {
  readonly cause: RegExp;
  readonly cure: string;
}

const APPLY = 'then run `ec2-backup policies apply`, which enables the lifecycle policy again';

/**
 * DLM documents two messages ("DLM Policy State Change"): insufficient permissions, and the snapshot limit. The others
 * are known by the words that EC2, IAM and KMS have for the same trouble. The first that matches counts, so that a key
 * that may not be used is not taken for a permission of the role.
 */
const CURES: readonly Cure[] = [
  {
    cause: /\bkms\b|\bcmk\b|\bencrypt|customer managed key|inaccessible key/i,
    cure: `let the role use the KMS keys of the volumes and of the copies, in the role and in each key's own policy, and see that the keys are enabled; ${APPLY}`,
  },
  {
    cause: /role .*(?:does not exist|not found|cannot be found)|NoSuchEntity/i,
    cure: `the role is gone: deploy again (npx serverless deploy), ${APPLY}`,
  },
  {
    cause: /\bassume/i,
    cure: `DLM may not assume the role: its trust policy must name dlm.amazonaws.com; deploy again (npx serverless deploy), ${APPLY}`,
  },
  {
    cause: /snapshot limit|SnapshotLimitExceeded/i,
    cure: `the account has as many snapshots as it may have in this Region: delete what is no longer needed or have the quota "Snapshots per Region" raised (Service Quotas, Amazon EBS), ${APPLY}`,
  },
  {
    cause: /\b(?:image|ami)s?\b.*\b(?:limit|quota)|(?:limit|quota)\b.*\b(?:image|ami)s?\b/i,
    cure: `the account has as many AMIs as it may have in this Region: deregister what is no longer needed or have the quota "AMIs" raised (Service Quotas, Amazon EC2), ${APPLY}`,
  },
  {
    cause: /fast (?:snapshot )?restore/i,
    cure: `see that fast snapshot restore is offered in the zones of fastRestore and that its quota there is not used up (Service Quotas, Amazon EBS), ${APPLY}`,
  },
  {
    cause:
      /\btags?\b.*\b(?:limit|exceed|maximum|most|many)|TagLimitExceeded|\b(?:limit|maximum|many) .*\btags\b/i,
    cure: `a snapshot or AMI has at most 50 tags: name fewer under tags, or set copyTags: false, ${APPLY}`,
  },
  {
    cause: /\bssm\b|systems manager|\bdocument\b|\bscript/i,
    cure: `see that the SSM document of hooks exists and is shared with this account, and that the instances are managed by Systems Manager, ${APPLY}`,
  },
  {
    cause: /sufficient permission|not authori[sz]ed|access ?denied|UnauthorizedOperation/i,
    cure: `the role lacks a permission, or a policy of the organisation forbids it: deploy again (npx serverless deploy), ${APPLY}`,
  },
  {
    cause: /throttl|rate exceeded|RequestLimitExceeded|internal (?:error|failure|server)|unavailable/i,
    cure: `a passing trouble of AWS: wait a few minutes, ${APPLY}`,
  },
];

const UNKNOWN = `no cure is known for this message: look in CloudTrail for calls by dlm.amazonaws.com that failed around the policy's last run, put right what they name, ${APPLY}`;

/** One sentence on what to do about a StatusMessage of DLM; for one that is not known it says so. */
export function cureOf(statusMessage: string): string {
  return CURES.find(({ cause }) => cause.test(statusMessage))?.cure ?? UNKNOWN;
}
