/** Whose an AMI, a snapshot, an instance or a volume is that is no recovery point of ours, as far as its tags tell. Pure. */

import { DEPLOYMENT_NAME } from '../policy/schema.ts';
import type { Tags } from './inventory.ts';
import { DLM_POLICY, DLM_SCHEDULE, MARK, readOwnership, REHEARSAL, RESTORED, type Owner } from './marks.ts';

export type Whose =
  'this deployment' | 'another deployment' | 'a rehearsal' | 'a restore' | 'DLM' | 'AWS Backup' | 'nobody';

export interface Belonging {
  readonly whose: Whose;
  /** A sentence with what the tags say. */
  readonly text: string;
}

/**
 * DLM and AWS Backup first: what they marked is left alone even when it has our tags too. `lifecycle` names our policies by
 * the id of the lifecycle policy that DLM runs for them, as far as that is known.
 */
export function whoseIs(tags: Tags, owner: Owner, lifecycle: ReadonlyMap<string, string>): Belonging {
  return byService(tags, lifecycle) ?? byUs(tags, owner) ?? NOBODY;
}

const NOBODY: Belonging = {
  whose: 'nobody',
  text: 'Its tags name neither this product nor DLM nor AWS Backup: somebody made it by hand or with another tool.',
};

function byService(tags: Tags, policies: ReadonlyMap<string, string>): Belonging | undefined {
  const keys = [...tags.keys()];
  if (keys.some((key) => key.startsWith('aws:dlm:'))) {
    const id = tags.get(DLM_POLICY);
    const schedule = tags.get(DLM_SCHEDULE);
    const ours = id === undefined ? undefined : policies.get(id);
    const which = id === undefined ? 'a lifecycle policy' : `the lifecycle policy ${id}`;
    const when = schedule === undefined ? '' : `, schedule ${JSON.stringify(schedule)}`;
    const whom = ours === undefined ? '' : `. DLM runs it for policy ${ours} of the policy file`;
    return { whose: 'DLM', text: `Amazon Data Lifecycle Manager made it by ${which}${when}${whom}.` };
  }
  if (!keys.some((key) => key.startsWith('aws:backup:'))) return undefined;
  const resource = tags.get('aws:backup:source-resource');
  const of = resource === undefined ? '' : ` as a backup of ${resource}`;
  return { whose: 'AWS Backup', text: `AWS Backup made it${of}.` };
}

function byUs(tags: Tags, owner: Owner): Belonging | undefined {
  const deployment = tags.get(MARK.deployment);
  const rehearsal = tags.get(REHEARSAL.key);
  if (rehearsal !== undefined) {
    const whom = deployment === undefined ? '' : ` of deployment ${JSON.stringify(deployment)}`;
    const text = `A rehearsal${whom} made it (${rehearsal}), and takes it away again. It is no backup.`;
    return { whose: 'a rehearsal', text };
  }
  if (deployment !== undefined) {
    const what = `policy ${tags.get(MARK.policy) ?? '?'}, source ${tags.get(MARK.source) ?? '?'}, slot ${tags.get(MARK.slot) ?? '?'}`;
    if (deployment === owner.deployment) return ofThisDeployment(tags, owner, what);
    const text = `Another deployment of ec2-backup made it, ${JSON.stringify(deployment)} (${what})${howToAsk(deployment)}.`;
    return { whose: 'another deployment', text };
  }
  const from = tags.get(RESTORED.from);
  if (from === undefined) return undefined;
  return { whose: 'a restore', text: `ec2-backup restored it from ${from}. It is no backup.` };
}

/** Anybody may write a tag: what is no name of a deployment must not stand where somebody copies it to a shell. */
function howToAsk(deployment: string): string {
  return DEPLOYMENT_NAME.test(deployment)
    ? `: ask with --deployment ${deployment} and its policy file`
    : ', says its tag, which is no name that a deployment can have';
}

function ofThisDeployment(tags: Tags, owner: Owner, what: string): Belonging {
  const ownership = readOwnership(tags, owner);
  const why =
    ownership.status === 'left-alone'
      ? `It is left alone: ${ownership.reason}.`
      : 'It is part of no recovery point: its AMI is just being made or taken away. Look again in a few minutes.';
  return { whose: 'this deployment', text: `It has this deployment's tags (${what}). ${why}` };
}
