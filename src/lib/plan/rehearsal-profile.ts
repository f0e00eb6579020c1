import { rolePath, type LifecyclePlace } from './lifecycle-role.ts';

/** Under this name infra/rehearsal-profile.cjs makes the role of rehearsed instances, and its profile, in a Region. */
export function rehearsalRole(deployment: string, { region }: Pick<LifecyclePlace, 'region'>): string {
  return `${deployment}-${region}-rehearsal`;
}

/** The profile of instances in which a command is run: it lets the agent work, and nothing else. */
export function rehearsalProfileArn(deployment: string, place: LifecyclePlace): string {
  const { partition, account } = place;
  return `arn:${partition}:iam::${account}:instance-profile${rolePath(deployment)}${rehearsalRole(deployment, place)}`;
}
