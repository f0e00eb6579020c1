/** What IAM is asked for by a call that reached the simulated account (the Service Authorization Reference). */

import type { BlockDeviceMapping, Tag, TagSpecification } from '@aws-sdk/client-ec2';
import type { CallRecord } from '../../src/simulator/dispatcher.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import type { IamRequest } from './iam.ts';

export interface Asked extends IamRequest {
  readonly command: string;
}

type Tags = Readonly<Record<string, string>>;
type Context = IamRequest['context'];

/** An account and Region with the tags that its resources have now: deleting calls are judged by those. */
export class Authorisations {
  readonly #account: string;
  readonly #region: string;
  readonly #tags: ReadonlyMap<string, Tags>;
  readonly #volumesOf: ReadonlyMap<string, readonly string[]>;
  readonly #snapshotsOf: ReadonlyMap<string, readonly string[]>;
  readonly #roles: readonly string[];

  /** `roles`: ARNs of the roles that a call may name. */
  constructor(account: string, region: SimulatedRegion, roles: readonly string[] = []) {
    const [instances, volumes] = [region.instances(), region.volumes()];
    const [images, snapshots] = [region.images(), region.snapshots()];
    const groups = region.launching.groups();
    this.#account = account;
    this.#region = region.name;
    this.#tags = new Map(
      [...instances, ...volumes, ...images, ...snapshots, ...groups, ...region.lifecyclePolicies()].map(
        ({ id, tags }) => [id, tags],
      ),
    );
    this.#roles = roles;
    this.#volumesOf = new Map(instances.map(({ id, volumeIds }) => [id, volumeIds]));
    this.#snapshotsOf = new Map(images.map(({ id, snapshotIds }) => [id, snapshotIds]));
  }

  of({ service, command, input }: CallRecord): readonly Asked[] {
    // Everybody may ask who he is; no policy can take it away.
    if (service === 'sts' && command === 'GetCallerIdentity') return [];
    if (service === 'autoscaling') return [this.#onAll(`autoscaling:${command}`, command)];
    const parameters = new Map(Object.entries(input ?? {}));
    if (service === 'dlm') return this.#ofDlm(command, parameters);
    if (service === 'iam') return [this.#ofIam(command, parameters)];
    if (service === 'kms') return [this.#ofKms(command, parameters)];
    if (service === 'ec2')
      return (
        this.#ofCopying(command, parameters) ??
        this.#ofProtecting(command, parameters) ??
        this.#ofEc2(command, parameters)
      );
    if (service === 'rbin') return [this.#ofBin(command, parameters)];
    if (service === 'ssm') return this.#ofSsm(command, parameters);
    return [this.#ofMessages(`${service}:${command}`, command, parameters)];
  }

  deregisterImage(imageId: string): readonly Asked[] {
    return [
      this.#ask('DeregisterImage', this.#existing('image', imageId)),
      // With DeleteAssociatedSnapshots.
      ...(this.#snapshotsOf.get(imageId) ?? []).map((id) => ({
        ...this.#ask('DeleteSnapshot', this.#existing('snapshot', id)),
        command: 'DeregisterImage',
      })),
    ];
  }

  deleteSnapshot(id: string): readonly Asked[] {
    return [this.#ask('DeleteSnapshot', this.#existing('snapshot', id))];
  }

  /** Tags put on what exists, outside of any creating call. */
  createTags(kind: Kind, id: string, tags: Tags): readonly Asked[] {
    const { arn, context } = this.#existing(kind, id);
    return [this.#ask('CreateTags', { arn, context: { ...context, ...requestTags(tags) } })];
  }

  /** Who may copy something, and with whom it is shared. */
  shareSnapshot(id: string, change: Context): readonly Asked[] {
    const { arn, context } = this.#existing('snapshot', id);
    return [this.#ask('ModifySnapshotAttribute', { arn, context: { ...context, ...change } })];
  }

  shareImage(id: string): readonly Asked[] {
    return [this.#ask('ModifyImageAttribute', this.#existing('image', id))];
  }

  /** Undefined for a call that copies and shares nothing. */
  #ofCopying(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] | undefined {
    switch (command) {
      case 'CopyImage':
        return [
          ...this.#original(command, 'image', { id: textOf(input, 'SourceImageId'), input }),
          ...this.#making(command, ['image', 'snapshot'], input),
        ];
      case 'CopySnapshot':
        return [
          ...this.#original(command, 'snapshot', { id: textOf(input, 'SourceSnapshotId'), input }),
          ...this.#making(command, ['snapshot'], input),
        ];
      case 'ModifyImageAttribute':
        return this.shareImage(textOf(input, 'ImageId'));
      case 'ModifySnapshotAttribute': {
        const key = input.get('OperationType') === 'add' ? 'ec2:Add/userId' : 'ec2:Remove/userId';
        const users = (input.get('UserIds') ?? []) as readonly string[];
        return this.shareSnapshot(textOf(input, 'SnapshotId'), { [key]: users });
      }
      default:
        return undefined;
    }
  }

  /** An action that keeps or hides one image, or reads with whom it is shared. */
  onImage(command: ImageAction, id: string): Asked {
    return this.#ask(command, this.#existing('image', id));
  }

  /** As `onImage`; `change` are the condition keys of what the call says of the snapshot. */
  onSnapshot(command: SnapshotAction, id: string, change: Context = {}): Asked {
    const { arn, context } = this.#existing('snapshot', id);
    return this.#ask(command, { arn, context: { ...context, ...change } });
  }

  /** Undefined for a call that protects nothing. */
  #ofProtecting(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] | undefined {
    const ofImage = IMAGE_ACTIONS.find((action) => action === command);
    if (ofImage !== undefined) return [this.onImage(ofImage, textOf(input, 'ImageId'))];
    const ofSnapshot = SNAPSHOT_ACTIONS.find((action) => action === command);
    if (ofSnapshot === undefined) return undefined;
    const days = input.get('LockDuration');
    const lock = typeof days === 'number' ? { 'ec2:SnapshotLockDuration': String(days) } : {};
    return [this.onSnapshot(ofSnapshot, textOf(input, 'SnapshotId'), lock)];
  }

  /** Rules are listed by their type, and read one by one. */
  #ofBin(command: string, input: ReadonlyMap<string, unknown>): Asked {
    const action = `rbin:${command}`;
    switch (command) {
      case 'ListRules': {
        const { context, ...rest } = this.#onAll(action, command);
        return {
          ...rest,
          context: { ...context, 'rbin:Request/ResourceType': textOf(input, 'ResourceType') },
        };
      }
      case 'GetRule': {
        const rule = textOf(input, 'Identifier');
        const resource = `arn:aws:rbin:${this.#region}:${this.#account}:rule/${rule}`;
        return { command, action, resource, context: this.#context() };
      }
      default:
        throw new Error(`what IAM is asked for by ${action} is not known here: look it up and add it`);
    }
  }

  #ofEc2(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] {
    switch (command) {
      case 'CreateImage': {
        const instance = textOf(input, 'InstanceId');
        return [
          this.#ask(command, this.#existing('instance', instance)),
          ...this.#making(command, ['image', 'snapshot'], input),
        ];
      }
      case 'CreateSnapshots': {
        const instance = textOf(mapOf(input, 'InstanceSpecification'), 'InstanceId');
        const volumes = this.#volumesOf.get(instance) ?? [];
        return [
          this.#ask(command, this.#existing('instance', instance)),
          ...volumes.map((id) => this.#ask(command, this.#existing('volume', id))),
          ...this.#making(command, ['snapshot'], input),
        ];
      }
      case 'CreateSnapshot':
        return [
          this.#ask(command, this.#existing('volume', textOf(input, 'VolumeId'))),
          ...this.#making(command, ['snapshot'], input),
        ];
      case 'DeregisterImage':
        return this.deregisterImage(textOf(input, 'ImageId')).slice(
          0,
          input.get('DeleteAssociatedSnapshots') === true ? undefined : 1,
        );
      case 'DeleteSnapshot':
        return this.deleteSnapshot(textOf(input, 'SnapshotId'));
      case 'CreateTags': {
        const ids = (input.get('Resources') ?? []) as readonly string[];
        const tags = Object.fromEntries(pairsOf((input.get('Tags') ?? []) as readonly Tag[]));
        return ids.flatMap((id) => this.createTags(kindOf(id), id, tags));
      }
      case 'DescribeImageReferences':
        return [this.#onAll(`ec2:${command}`, command), ...this.#forwarded(command)];
      default:
        return this.#ofRehearsal(command, input);
    }
  }

  #ofRehearsal(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] {
    switch (command) {
      case 'CreateSecurityGroup':
        return [
          this.#ask(command, { arn: this.#arn('vpc', textOf(input, 'VpcId')), context: {} }),
          ...this.#making(command, ['security-group'], input),
        ];
      case 'AuthorizeSecurityGroupEgress':
      case 'RevokeSecurityGroupEgress':
      case 'DeleteSecurityGroup':
        return [this.#ask(command, this.#existing('security-group', textOf(input, 'GroupId')))];
      case 'TerminateInstances': {
        const ids = (input.get('InstanceIds') ?? []) as readonly string[];
        return ids.map((id) => this.#ask(command, this.#existing('instance', id)));
      }
      case 'RegisterImage': {
        const mappings = (input.get('BlockDeviceMappings') ?? []) as readonly BlockDeviceMapping[];
        const snapshots = mappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
        return [
          ...this.#making(command, ['image'], input),
          ...snapshots.map((id) => this.#ask(command, this.#existing('snapshot', id))),
        ];
      }
      case 'RunInstances':
        return this.#runInstances(command, input);
      default:
        if (!/^(Describe|List)/.test(command))
          throw new Error(`what IAM is asked for by ${command} is not known here: look it up and add it`);
        return [this.#onAll(`ec2:${command}`, command)];
    }
  }

  #runInstances(command: string, input: ReadonlyMap<string, unknown>): Asked[] {
    const [network] = (input.get('NetworkInterfaces') ?? []) as readonly {
      readonly SubnetId: string;
      readonly Groups: readonly string[];
    }[];
    const image = textOf(input, 'ImageId');
    const profile = mapOf(input, 'IamInstanceProfile').get('Arn');
    const role = typeof profile === 'string' ? [profile.replace(':instance-profile/', ':role/')] : [];
    return [
      ...this.#making(command, ['instance', 'volume'], input),
      this.#ask(command, this.#existing('image', image)),
      ...(this.#snapshotsOf.get(image) ?? []).map((id) => this.#ask(command, this.#existing('snapshot', id))),
      this.#ask(command, { arn: this.#arn('subnet', network?.SubnetId ?? ''), context: {} }),
      this.#ask(command, { arn: this.#arn('network-interface', '*'), context: {} }),
      ...(network?.Groups ?? []).map((id) => this.#ask(command, this.#existing('security-group', id))),
      ...role.map((resource) => ({
        command,
        action: 'iam:PassRole',
        resource,
        context: { ...this.#context(), 'iam:PassedToService': 'ec2.amazonaws.com' },
      })),
    ];
  }

  /** A command asks for the document and for each instance. */
  #ofSsm(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] {
    const action = `ssm:${command}`;
    if (command === 'DescribeDocument') {
      const resource = this.#documentArn(textOf(input, 'Name'));
      return [{ command, action, resource, context: this.#context() }];
    }
    if (/^(Describe|List|Get)/.test(command)) return [this.#onAll(action, command)];
    if (command !== 'SendCommand')
      throw new Error(`what IAM is asked for by ${command} is not known here: look it up and add it`);
    const document = this.#documentArn(textOf(input, 'DocumentName'));
    const ids = (input.get('InstanceIds') ?? []) as readonly string[];
    return [
      { command, action, resource: document, context: this.#context() },
      ...ids.map((id) => {
        const { arn, context } = this.#existing('instance', id);
        return { command, action, resource: arn, context: { ...this.#context(), ...context } };
      }),
    ];
  }

  /** Those of AWS are in no account. */
  #documentArn(nameOrArn: string): string {
    if (nameOrArn.startsWith('arn:')) return nameOrArn;
    const owner = /^(?:aws|amazon|amzn)/i.test(nameOrArn) ? '' : this.#account;
    return `arn:aws:ssm:${this.#region}:${owner}:document/${nameOrArn}`;
  }

  /** Calls about a queue, a topic or a role, which they name. A batch is authorised as its single call. */
  #ofMessages(action: string, command: string, input: ReadonlyMap<string, unknown>): Asked {
    const context = this.#context();
    switch (action) {
      case 'sts:AssumeRole':
        return { command, action, resource: textOf(input, 'RoleArn'), context };
      case 'sns:Publish':
        return { command, action, resource: textOf(input, 'TopicArn'), context };
      case 'sqs:DeleteMessage':
      case 'sqs:DeleteMessageBatch':
      case 'sqs:GetQueueAttributes':
      case 'sqs:ReceiveMessage':
      case 'sqs:SendMessage':
      case 'sqs:SendMessageBatch': {
        const [account, name] = textOf(input, 'QueueUrl').split('/').slice(-2);
        const resource = `arn:aws:sqs:${this.#region}:${account ?? ''}:${name ?? ''}`;
        return { command, action: action.replace(/Batch$/, ''), resource, context };
      }
      default:
        throw new Error(`what IAM is asked for by ${action} is not known here: look it up and add it`);
    }
  }

  #ofDlm(command: string, input: ReadonlyMap<string, unknown>): readonly Asked[] {
    const passed = [...this.#passedRole(command, input)];
    switch (command) {
      case 'GetLifecyclePolicies':
        return [this.#onAll(`dlm:${command}`, command)];
      case 'CreateLifecyclePolicy': {
        const { context, ...rest } = this.#onAll(`dlm:${command}`, command);
        // Its tags are of the shape that the SDK checked where the call was made.
        const tags = (input.get('Tags') ?? {}) as Tags;
        const create = { ...rest, context: { ...context, ...requestTags(tags) } };
        const tagging = this.lifecyclePolicy('TagResource', 'policy-0');
        return [
          create,
          { ...tagging, command, context: { ...tagging.context, ...requestTags(tags) } },
          ...passed,
        ];
      }
      case 'GetLifecyclePolicy':
      case 'UpdateLifecyclePolicy':
      case 'DeleteLifecyclePolicy':
        return [this.lifecyclePolicy(command, textOf(input, 'PolicyId')), ...passed];
      default:
        throw new Error(`what IAM is asked for by ${command} is not known here: look it up and add it`);
    }
  }

  /** An action on a lifecycle policy that exists. */
  lifecyclePolicy(command: string, id: string): Asked {
    const resource = `arn:aws:dlm:${this.#region}:${this.#account}:policy/${id}`;
    const context = { ...this.#context(), ...this.#resourceTags(id) };
    return { command, action: `dlm:${command}`, resource, context };
  }

  /** Who names a role to a service needs to be allowed to. */
  #passedRole(command: string, input: ReadonlyMap<string, unknown>): Asked[] {
    const role = input.get('ExecutionRoleArn');
    if (typeof role !== 'string') return [];
    const context = { ...this.#context(), 'iam:PassedToService': 'dlm.amazonaws.com' };
    return [{ command, action: 'iam:PassRole', resource: role, context }];
  }

  /**
   * What is copied, of which no tags are seen. The SDK signs a second request, for the original's Region, with the same
   * credentials: that it is judged there as well is not known, so both must be allowed.
   */
  #original(
    command: string,
    kind: 'image' | 'snapshot',
    { id, input }: { readonly id: string; readonly input: ReadonlyMap<string, unknown> },
  ): Asked[] {
    const region = textOf(input, 'SourceRegion');
    const asked = this.#ask(command, { arn: `arn:aws:ec2:${region}::${kind}/${id}`, context: {} });
    const there = { 'aws:RequestedRegion': region, 'ec2:Region': region };
    return [asked, { ...asked, context: { ...asked.context, ...there } }];
  }

  #ofKms(command: string, input: ReadonlyMap<string, unknown>): Asked {
    return {
      command,
      action: `kms:${command}`,
      resource: textOf(input, 'KeyId'),
      context: this.#context(),
    };
  }

  #ofIam(command: string, input: ReadonlyMap<string, unknown>): Asked {
    const isRole = (arn: string): boolean =>
      arn === input.get('PolicySourceArn') || arn.endsWith(`/${String(input.get('RoleName'))}`);
    const resource = this.#roles.find(isRole);
    if (resource === undefined)
      throw new Error(`${command} is about none of the roles ${this.#roles.join(', ')}`);
    // IAM is in one Region for all.
    return { command, action: `iam:${command}`, resource, context: { 'aws:RequestedRegion': 'us-east-1' } };
  }

  /** What is made, and its tags: a second authorisation. */
  #making(command: string, kinds: readonly Kind[], input: ReadonlyMap<string, unknown>): Asked[] {
    return kinds.flatMap((kind) => {
      const tags = tagsOf(input, kind);
      // It has no id yet.
      const made = { arn: this.#arn(kind, '*'), context: requestTags(tags) };
      const tagging = { ...made, context: { ...made.context, 'ec2:CreateAction': command } };
      const create = this.#ask(command, made);
      return Object.keys(tags).length === 0
        ? [create]
        : [create, { ...this.#ask('CreateTags', tagging), command }];
    });
  }

  /** EC2 reads these in the caller's name. */
  #forwarded(command: string): Asked[] {
    return [
      'ec2:DescribeInstances',
      'ec2:DescribeLaunchTemplates',
      'ec2:DescribeLaunchTemplateVersions',
      'ssm:DescribeParameters',
      'ssm:GetParameters',
      'imagebuilder:ListImageRecipes',
      'imagebuilder:ListContainerRecipes',
      'imagebuilder:GetContainerRecipe',
    ].map((action) => {
      const { context, ...rest } = this.#onAll(action, command);
      return { ...rest, context: { ...context, 'aws:CalledVia': ['ec2-images.amazonaws.com'] } };
    });
  }

  #onAll(action: string, command: string): Asked {
    return { command, action, resource: '*', context: this.#context() };
  }

  #ask(command: string, { arn, context }: { readonly arn: string; readonly context: Context }): Asked {
    return {
      command,
      action: `ec2:${command}`,
      resource: arn,
      context: { ...this.#context(), 'ec2:Region': this.#region, ...context },
    };
  }

  #existing(kind: Kind, id: string): { arn: string; context: Context } {
    return { arn: this.#arn(kind, id), context: this.#resourceTags(id) };
  }

  #resourceTags(id: string): Context {
    const tags = Object.entries(this.#tags.get(id) ?? {});
    return Object.fromEntries(tags.map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
  }

  #arn(kind: Kind, id: string): string {
    // EC2 leaves the account out of an image's or a snapshot's.
    const account = kind === 'image' || kind === 'snapshot' ? '' : this.#account;
    return `arn:aws:ec2:${this.#region}:${account}:${kind}/${id}`;
  }

  #context(): Context {
    return { 'aws:RequestedRegion': this.#region };
  }
}

const IMAGE_ACTIONS = [
  'DescribeImageAttribute',
  'DisableImage',
  'DisableImageDeprecation',
  'DisableImageDeregistrationProtection',
  'EnableImage',
  'EnableImageDeprecation',
  'EnableImageDeregistrationProtection',
] as const;

type ImageAction = (typeof IMAGE_ACTIONS)[number];

const SNAPSHOT_ACTIONS = [
  'DescribeSnapshotAttribute',
  'LockSnapshot',
  'ModifySnapshotTier',
  'UnlockSnapshot',
] as const;

type SnapshotAction = (typeof SNAPSHOT_ACTIONS)[number];

type Kind =
  'instance' | 'volume' | 'image' | 'snapshot' | 'security-group' | 'vpc' | 'subnet' | 'network-interface';

function requestTags(tags: Tags): Context {
  return {
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:TagKeys': Object.keys(tags),
  };
}

function kindOf(id: string): Kind {
  const kind = KINDS.get(id.replace(/-.*$/, ''));
  if (kind === undefined) throw new Error(`what ${id} is is not known here`);
  return kind;
}

const KINDS: ReadonlyMap<string, Kind> = new Map([
  ['i', 'instance'],
  ['vol', 'volume'],
  ['ami', 'image'],
  ['snap', 'snapshot'],
]);

function pairsOf(tags: readonly Tag[]): [key: string, value: string][] {
  return tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']);
}

function tagsOf(input: ReadonlyMap<string, unknown>, kind: string): Tags {
  // The input is that of a creating call, typed by the SDK where it was made.
  const specifications = (input.get('TagSpecifications') ?? []) as readonly TagSpecification[];
  const tags = specifications
    .filter(({ ResourceType }) => ResourceType === kind)
    .flatMap(({ Tags }) => Tags ?? []);
  return Object.fromEntries(pairsOf(tags));
}

function mapOf(input: ReadonlyMap<string, unknown>, key: string): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(input.get(key) ?? {}));
}

function textOf(input: ReadonlyMap<string, unknown>, key: string): string {
  const value = input.get(key);
  if (typeof value !== 'string') throw new Error(`the call has no ${key}`);
  return value;
}
