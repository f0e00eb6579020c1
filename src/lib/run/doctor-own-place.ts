/** The place that the credentials lead to: what they may do there, what the policies find, what DLM holds. */

import { askDryRun } from '../aws/dry-run.ts';
import { listLifecyclePolicies } from '../aws/read-lifecycle-policies.ts';
import { listImages } from '../aws/read-images.ts';
import { listSnapshots } from '../aws/read-snapshots.ts';
import type { Caller } from '../aws/read-account.ts';
import { unread, type Check } from '../plan/doctor-check.ts';
import { lifecycleChecks } from '../plan/doctor-lifecycle.ts';
import {
  permissionChecks,
  questionsOf,
  type AskedCall,
  type CallAnswer,
} from '../plan/doctor-permissions.ts';
import { sourceChecks } from '../plan/doctor-sources.ts';
import { wantedLifecyclePolicies } from '../plan/lifecycle-details.ts';
import type { LifecyclePlace } from '../plan/lifecycle-role.ts';
import { MARK } from '../plan/marks.ts';
import { planLifecycle } from '../plan/plan-lifecycle.ts';
import type { RunContext } from './context.ts';
import { readAllSources, readEach } from './read.ts';
import { reading } from './reading.ts';
import { readRoleProblems } from './read-roles.ts';

export async function ownPlaceChecks(
  context: RunContext,
  caller: Caller,
  place: LifecyclePlace,
): Promise<Check[]> {
  const { file, clients, clock } = context;
  const sources = await reading(readAllSources(context));
  const found = 'value' in sources ? sources.value : { instances: [], volumes: [] };
  const { calls, unasked } = questionsOf(
    file,
    {
      ...found,
      image: await firstId(listImages(clients, ofDeployment(context))),
      snapshot: await firstId(listSnapshots(clients, ofDeployment(context))),
    },
    clock.now(),
  );
  const answers: CallAnswer[] = [];
  for (const call of calls) answers.push(await ask(call, context));
  return [
    ...permissionChecks(answers, unasked, caller.arn),
    ...('value' in sources
      ? sourceChecks(file, sources.value)
      : [unread('sources', sources, 'ec2:DescribeInstances and ec2:DescribeVolumes')]),
    ...(await readLifecycle(context, place)),
  ];
}

function ofDeployment({ file }: RunContext): { name: string; values: readonly string[] }[] {
  return [{ name: `tag:${MARK.deployment}`, values: [file.deployment] }];
}

/** Undefined when there is none, and when the list is refused, which the DryRun of the list says better. */
async function firstId(items: AsyncGenerator<{ readonly id: string }>): Promise<string | undefined> {
  const first = await reading(items.next());
  if (!('value' in first) || first.value.done === true) return undefined;
  return first.value.value.id;
}

/** What is denied may be denied for its tags alone: EC2 has one answer for both. */
async function ask(call: AskedCall, { clients }: RunContext): Promise<CallAnswer> {
  const answer = await askDryRun(clients, call);
  if (answer.answer !== 'denied' || !('tags' in call)) return answer;
  const untagged = await askDryRun(clients, { ...call, tags: [] });
  return { ...answer, onlyTags: untagged.answer === 'allowed' };
}

async function readLifecycle(context: RunContext, place: LifecyclePlace): Promise<Check[]> {
  const { file, clients } = context;
  const wanted = wantedLifecyclePolicies(file, place);
  if (wanted.length === 0) return [];
  const existing = await reading(readEach(context, 'lifecycle policies', listLifecyclePolicies(clients)));
  if (!('value' in existing)) {
    return [unread('lifecycle policies', existing, 'dlm:GetLifecyclePolicies and dlm:GetLifecyclePolicy')];
  }
  const { problems: roleProblems, unchecked } = await readRoleProblems(context, wanted, place);
  const plan = planLifecycle({
    file,
    region: place.region,
    wanted,
    existing: existing.value,
    replace: [],
    roleProblems,
  });
  return lifecycleChecks(plan, unchecked);
}
