/** The IAM roles that DLM is given, as far as one can look at them. */

import { GetRoleCommand, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { Clients } from './clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional } from './shapes.ts';

/** The role's trust policy, parsed; undefined when there is no such role. */
export async function readTrust(
  { iam }: Pick<Clients, 'iam'>,
  roleName: string,
): Promise<{ readonly document: unknown } | undefined> {
  try {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
    // URL-encoded JSON (RFC 3986), as IAM answers every policy document.
    const document: unknown = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? 'null'));
    return { document };
  } catch (error) {
    if (errorCode(error) === 'NoSuchEntityException' || errorCode(error) === 'NoSuchEntity') return undefined;
    throw error;
  }
}

/** What IAM is asked. */
export interface Asked {
  /** An ARN, or `*`. */
  readonly resource: string;
  readonly actions: readonly string[];
}

/**
 * Which of the actions IAM would deny the role, its boundary and SCPs counted in. A denial does not count where it may
 * hang on a key that only DLM's own call has a value for; the deployment's own conditions, whose keys are given, deny
 * nothing when those have no value.
 */
export async function deniedActions(
  { iam }: Pick<Clients, 'iam'>,
  roleArn: string,
  { resource, actions }: Asked,
  ownKeys: ReadonlySet<string>,
): Promise<readonly string[]> {
  const denied: string[] = [];
  const results = everyPage(async (marker) => {
    const answer = await iam.send(
      new SimulatePrincipalPolicyCommand({
        PolicySourceArn: roleArn,
        ActionNames: [...actions],
        ResourceArns: [resource],
        ...optional('Marker', marker),
      }),
    );
    return {
      items: answer.EvaluationResults ?? [],
      nextToken: answer.IsTruncated === true ? answer.Marker : undefined,
    };
  });
  for await (const { EvalActionName, EvalDecision, MissingContextValues = [] } of results) {
    const isUnsure = MissingContextValues.some((key) => !ownKeys.has(key.toLowerCase()));
    if (EvalDecision === 'allowed' || isUnsure) continue;
    denied.push(EvalActionName ?? '?');
  }
  return denied.sort();
}
