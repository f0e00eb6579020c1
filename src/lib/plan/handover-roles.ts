/** Roles by which DLM goes on without the stack, with which those of the deployment go. */

import type { Place } from '../policy/policy.ts';
import { awsCommand, type CliCommand } from './cli-command.ts';
import type { LifecyclePolicy } from './lifecycle-policy.ts';
import { rolePath, type LifecycleRole } from './lifecycle-role.ts';

interface Whose {
  readonly place: Place;
  readonly deployment: string;
}

type Kind = 'images' | 'snapshots';

/** AWS's own policies for DLM, by what it makes. */
const MANAGED: Readonly<Record<Kind, string>> = {
  images: 'AWSDataLifecycleManagerServiceRoleForAMIManagement',
  snapshots: 'AWSDataLifecycleManagerServiceRole',
};
const SCRIPTS = 'AWSDataLifecycleManagerSSMFullAccess';

/** For the lifecycle policies that are under a role of the deployment: a role for each kind, then they are given it. */
export function ownRoleCommands(policies: readonly LifecyclePolicy[], whose: Whose): CliCommand[] {
  const path = rolePath(whose.deployment);
  const bound = policies.filter(({ roleArn }) => roleArn.includes(`:role${path}`));
  const kinds = (['snapshots', 'images'] as const).filter((kind) =>
    bound.some((one) => kindOf(one) === kind),
  );
  const runsScripts = bound.some(hasScripts);
  return [
    ...kinds.flatMap((kind) => roleCommands(kind, { ...whose, partition: partitionOf(bound), runsScripts })),
    ...bound.map((policy) =>
      awsCommand(whose.place, 'dlm', 'update-lifecycle-policy', [
        ...['--policy-id', policy.id],
        ...['--execution-role-arn', arnOf(kindOf(policy), { ...whose, partition: partitionOf(bound) })],
      ]),
    ),
  ];
}

interface RoleFacts extends Whose {
  /** `aws` or another, that ARNs begin with. */
  readonly partition: string;
}

function roleCommands(
  kind: Kind,
  { runsScripts, ...facts }: RoleFacts & { readonly runsScripts: boolean },
): CliCommand[] {
  const name = nameOf(kind, facts);
  const attach = (policy: string): CliCommand => {
    const arn = `arn:${facts.partition}:iam::aws:policy/service-role/${policy}`;
    return ['aws', 'iam', 'attach-role-policy', '--role-name', name, '--policy-arn', arn];
  };
  const trust = JSON.stringify(trustOf(facts));
  return [
    ['aws', 'iam', 'create-role', '--role-name', name, '--assume-role-policy-document', trust],
    attach(MANAGED[kind]),
    ...(runsScripts && kind === 'snapshots' ? [attach(SCRIPTS)] : []),
  ];
}

/** As the deployment's roles: only lifecycle policies of this account and Region take it on. */
function trustOf({ place, partition }: RoleFacts): object {
  const source = `arn:${partition}:dlm:${place.region}:${place.account}:policy/*`;
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'dlm.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: {
          StringEquals: { 'aws:SourceAccount': place.account },
          ArnLike: { 'aws:SourceArn': source },
        },
      },
    ],
  };
}

/** At most 64 characters, as IAM has it: a deployment has 32 at most. */
function nameOf(kind: Kind, { deployment, place }: Whose): string {
  return `${deployment}-${place.region}-own-${kind}`;
}

function arnOf(kind: Kind, facts: RoleFacts): string {
  return `arn:${facts.partition}:iam::${facts.place.account}:role/${nameOf(kind, facts)}`;
}

function partitionOf([first]: readonly LifecyclePolicy[]): string {
  return first?.roleArn.split(':')[1] ?? 'aws';
}

/** The deployment's own roles are named by what is made under them. */
function kindOf({ roleArn }: LifecyclePolicy): Kind {
  return roleArn.endsWith('-dlm-images' satisfies `-${LifecycleRole}`) ? 'images' : 'snapshots';
}

function hasScripts({ details }: LifecyclePolicy): boolean {
  return JSON.stringify(details).includes('"Scripts"');
}
