import type { LaunchTemplateRecord } from './records.ts';
import type { World } from './world.ts';

/** What starts a group's instances. */
export type GroupSource =
  | { readonly launchConfiguration: string }
  | { readonly launchTemplate: string; readonly overrideImageIds?: readonly string[] };

export function createLaunchTemplate(world: World, name: string, imageId: string): string {
  const { launchTemplates } = world.store;
  if (launchTemplates.has(name)) throw new Error(`Console: there is a launch template ${name} already`);
  const id = world.ids.next('lt');
  launchTemplates.set(name, { id, name, imageIds: [imageId] });
  return id;
}

/** Returns the number of the new version. */
export function newLaunchTemplateVersion(world: World, nameOrId: string, imageId: string): number {
  return presentTemplate(world, nameOrId).imageIds.push(imageId);
}

export function deleteLaunchTemplate(world: World, nameOrId: string): void {
  world.store.launchTemplates.delete(presentTemplate(world, nameOrId).name);
}

function presentTemplate(world: World, nameOrId: string): LaunchTemplateRecord {
  for (const template of world.store.launchTemplates.values()) {
    if (template.name === nameOrId || template.id === nameOrId) return template;
  }
  throw new Error(`Console: there is no launch template ${nameOrId}`);
}

/** Makes the parameter or changes its value. */
export function putSsmParameter(world: World, name: string, imageId: string): void {
  world.store.ssmParameters.set(name, imageId);
}

export function createLaunchConfiguration(world: World, name: string, imageId: string): void {
  const { launchConfigurations } = world.store;
  if (launchConfigurations.has(name))
    throw new Error(`Console: there is a launch configuration ${name} already`);
  launchConfigurations.set(name, { name, imageId, createdAt: world.now() });
}

export function createAutoScalingGroup(world: World, name: string, source: GroupSource): void {
  const { autoScalingGroups, launchConfigurations } = world.store;
  if (autoScalingGroups.has(name)) throw new Error(`Console: there is an Auto Scaling group ${name} already`);
  const configuration = 'launchConfiguration' in source ? source.launchConfiguration : undefined;
  if (configuration !== undefined && !launchConfigurations.has(configuration)) {
    throw new Error(`Console: there is no launch configuration ${configuration}`);
  }
  const template =
    'launchTemplate' in source ? presentTemplate(world, source.launchTemplate).name : undefined;
  autoScalingGroups.set(name, {
    name,
    launchConfiguration: configuration,
    launchTemplate: template,
    overrideImageIds: ('launchTemplate' in source ? source.overrideImageIds : undefined) ?? [],
    createdAt: world.now(),
  });
}
