import { presentInstance } from './console-lookup.ts';
import type { InstanceRecord } from './records.ts';
import type { DocumentRecord } from './ssm-documents.ts';
import { guestAt, GUEST_SCRIPTS, type Freeze, type GuestScripts, type HookStage } from './ssm-guests.ts';
import type { CommandRecord } from './ssm-records.ts';
import { VSS_BEHAVIOUR, type VssBehaviour } from './ssm-vss.ts';
import type { World } from './world.ts';

export interface HookRunView {
  readonly instanceId: string;
  readonly stage: HookStage;
  readonly executionId: string;
  readonly document: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
  readonly sentAt: number;
}

/** Documents of Systems Manager that freeze and thaw, and what they find on instances. */
export class HooksConsole {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  createDocument(document: DocumentRecord): void {
    this.#world.store.ssmDocuments.set(document.name, document);
  }

  /** What Systems Manager reaches from now on of an instance, and what it says of its platform. */
  setAgent(id: string, state: 'online' | 'lost' | 'unknown', platform?: 'Linux' | 'Windows'): void {
    const instance = this.#instance(id);
    if (platform !== undefined) instance.agentPlatform = platform;
    instance.ssm = state === 'online' ? 'online' : undefined;
    instance.ping = state === 'lost' ? 'ConnectionLost' : undefined;
  }

  /** How scripts go from now on, on one instance or on all. */
  setScripts(scripts: Partial<GuestScripts>, id = ''): void {
    const { guestScripts } = this.#world.store;
    const before = guestScripts.get(id) ?? guestScripts.get('') ?? GUEST_SCRIPTS;
    guestScripts.set(id, { ...before, ...scripts });
  }

  /** How VSS goes from now on, on one instance or on all. */
  setVss(behaviour: Partial<VssBehaviour>, id = ''): void {
    const { vssBehaviours } = this.#world.store;
    const before = vssBehaviours.get(id) ?? vssBehaviours.get('') ?? VSS_BEHAVIOUR;
    vssBehaviours.set(id, { ...before, ...behaviour });
  }

  /** The commands that were sent, oldest first, by whatever document. */
  commands(): readonly CommandRecord[] {
    return [...this.#world.store.ssmCommands.values()];
  }

  /** The runs of such documents that were sent, oldest first. */
  runs(): readonly HookRunView[] {
    return [...this.#world.store.ssmCommands.values()].flatMap((command) => {
      const { hook, instanceId, document, parameters, sentAt } = command;
      return hook === undefined
        ? []
        : [{ instanceId, document, parameters, sentAt, stage: hook.stage, executionId: hook.executionId }];
    });
  }

  /** The times in which an instance has stood frozen, those that have ended. */
  freezes(id: string): readonly Freeze[] {
    return guestAt(this.#world.store.guestRuns.get(id) ?? [], this.#world.now()).freezes;
  }

  /** Since when it stands frozen; undefined where it does not. */
  frozenSince(id: string): number | undefined {
    return guestAt(this.#world.store.guestRuns.get(id) ?? [], this.#world.now()).frozenSince;
  }

  #instance(id: string): InstanceRecord {
    return presentInstance(this.#world, id, ['pending', 'running', 'stopping', 'stopped']);
  }
}
