import type {
  DescribeImageReferencesRequest,
  DescribeImageReferencesResult,
  ImageReference,
  ImageReferenceOptionName,
  ImageReferenceResourceType,
  ResourceTypeRequest,
} from '@aws-sdk/client-ec2';
import { invalidValue, missingParameter } from './errors.ts';
import { tokenOf } from './listing.ts';
import { IMAGE_ID, checkId, find } from './lookup.ts';
import { instanceState } from './states.ts';
import type { Command, World } from './world.ts';

const MAX_IMAGES = 10;
const DEFAULT_VERSION_DEPTH = 10;
const MAX_VERSION_DEPTH = 10_000;
const INSTANCE_STATES = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];
/** The resource types, each with the one option it takes, if any. */
const OPTIONS: Readonly<Record<ImageReferenceResourceType, ImageReferenceOptionName | undefined>> = {
  'ec2:Instance': 'state-name',
  'ec2:LaunchTemplate': 'version-depth',
  'ssm:Parameter': undefined,
  'imagebuilder:ImageRecipe': undefined,
  'imagebuilder:ContainerRecipe': undefined,
};

/** What to look at. */
interface Scope {
  readonly types: ReadonlySet<string>;
  readonly states: ReadonlySet<string>;
  readonly versionDepth: number;
}

/** Does not see launch configurations, nor other accounts, as the real one. */
export const describeImageReferences: Command<DescribeImageReferencesRequest, DescribeImageReferencesResult> =
  {
    parameters: {
      ImageIds: true,
      IncludeAllResourceTypes: true,
      ResourceTypes: { ResourceType: true, ResourceTypeOptions: { OptionName: true, OptionValues: true } },
      MaxResults: true,
      NextToken: true,
      DryRun: true,
    },
    run(world, input) {
      const imageIds = checkImages(world, input.ImageIds);
      const scope = readScope(input);
      const page = world.pager.page<ImageReference>({
        command: 'DescribeImageReferences',
        input,
        token: input.NextToken,
        maxResults: input.MaxResults,
        bounds: [1, 1000],
        find: () => imageIds.flatMap((id) => referencesOf(world, id, scope)),
      });
      return { ImageReferences: page.items.map((item) => ({ ...item })), ...tokenOf(page) };
    },
  };

function checkImages(world: World, given: readonly string[] | undefined): readonly string[] {
  const ids = [...new Set(given)];
  if (ids.length === 0) throw missingParameter('ImageIds');
  if (ids.length > MAX_IMAGES) throw invalidValue(`${ids.length} ImageIds, expected at most ${MAX_IMAGES}`);
  const place = { shelf: world.store.images, kind: IMAGE_ID, time: world.readTime() };
  for (const id of ids) find(checkId(IMAGE_ID, id, 'ImageIds'), place);
  return ids;
}

function readScope(input: DescribeImageReferencesRequest): Scope {
  const requests = input.ResourceTypes ?? [];
  const all = input.IncludeAllResourceTypes === true;
  if (!all && requests.length === 0) throw missingParameter('IncludeAllResourceTypes or ResourceTypes');
  const types = new Set<string>(all ? Object.keys(OPTIONS) : []);
  for (const { ResourceType: type } of requests) {
    if (type === undefined || !Object.hasOwn(OPTIONS, type))
      throw invalidValue(`Invalid resource type '${type}'`);
    optionOf(requests, type);
    types.add(type);
  }
  return {
    types,
    states: readStates(optionOf(requests, 'ec2:Instance')),
    versionDepth: readDepth(optionOf(requests, 'ec2:LaunchTemplate')),
  };
}

/** The values of the one option a resource type has, if given. */
function optionOf(
  requests: readonly ResourceTypeRequest[],
  type: ImageReferenceResourceType,
): readonly string[] | undefined {
  const name = OPTIONS[type];
  const options = requests
    .filter((request) => request.ResourceType === type)
    .flatMap((request) => request.ResourceTypeOptions ?? []);
  const wrong = options.find((option) => option.OptionName !== name);
  if (wrong !== undefined) throw invalidValue(`Invalid option '${wrong.OptionName}' for ${type}`);
  if (options.length > 1) throw invalidValue(`Option '${name}' is given ${options.length} times for ${type}`);
  const [option] = options;
  return option === undefined ? undefined : (option.OptionValues ?? []);
}

function readStates(values: readonly string[] | undefined): ReadonlySet<string> {
  const wrong = values?.find((value) => !INSTANCE_STATES.includes(value));
  if (wrong !== undefined || values?.length === 0)
    throw invalidValue(`Invalid value '${wrong}' for state-name`);
  return new Set(values ?? INSTANCE_STATES);
}

function readDepth(values: readonly string[] | undefined): number {
  if (values === undefined) return DEFAULT_VERSION_DEPTH;
  const [text = ''] = values;
  const depth = Number(text);
  if (values.length !== 1 || !/^\d+$/.test(text) || depth < 1 || depth > MAX_VERSION_DEPTH) {
    throw invalidValue(
      `Invalid value '${values.join(',')}' for version-depth, expected 1 to ${MAX_VERSION_DEPTH}`,
    );
  }
  return depth;
}

function referencesOf(world: World, imageId: string, scope: Scope): readonly ImageReference[] {
  const kinds: readonly (readonly [ImageReferenceResourceType, readonly string[]])[] = [
    ['ec2:Instance', instanceArns(world, imageId, scope)],
    ['ec2:LaunchTemplate', templateArns(world, imageId, scope)],
    ['ssm:Parameter', parameterArns(world, imageId)],
  ];
  return kinds
    .filter(([type]) => scope.types.has(type))
    .flatMap(([type, arns]) => arns.map((arn) => ({ ImageId: imageId, ResourceType: type, Arn: arn })));
}

function instanceArns(world: World, imageId: string, scope: Scope): readonly string[] {
  const { instances, instancesOfImage } = world.store;
  return instancesOfImage
    .of(imageId)
    .filter((id) => {
      const instance = instances.get(id, world.readTime());
      return instance !== undefined && scope.states.has(instanceState(instance, world.now()));
    })
    .map((id) => world.arn('ec2', `instance/${id}`));
}

function templateArns(world: World, imageId: string, scope: Scope): readonly string[] {
  return [...world.store.launchTemplates.values()]
    .filter((template) => template.imageIds.slice(-scope.versionDepth).includes(imageId))
    .map((template) => world.arn('ec2', `launch-template/${template.id}`));
}

function parameterArns(world: World, imageId: string): readonly string[] {
  return [...world.store.ssmParameters]
    .filter(([, value]) => value === imageId)
    .map(([name]) => world.arn('ssm', `parameter/${name.replace(/^\//, '')}`));
}
