/** The ground on which backups are rehearsed, what looks like a rehearsal and is none, and what must be as it was. */

import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { DAY } from '../support/scenario.ts';
import { keyOf, type Deployment } from './deployment.ts';
import type { Member } from './fleet.ts';
import { goodSlots, type Groups } from './ledger.ts';
import { SUBNET, type Rehearsed } from './policies.ts';

const KEY = 'ec2-backup:rehearsal';

/** What a rehearsal of yesterday would have been tagged with: everybody may copy tags. */
const LOOKALIKE = {
  'ec2-backup:deployment': 'test',
  [KEY]: 'nightly/2026-11-20T04:30:00Z',
  'ec2-backup:rehearsal-deadline': '2026-11-20T05:15:00Z',
  'ec2-backup:rehearsal-source': 'i-0123456789abcdef0',
  'ec2-backup:restored-from': 'ami-0123456789abcdef0',
};

interface Given {
  /** Every point that ever was. */
  readonly ever: Groups;
  /** From then on nothing goes wrong. */
  readonly peace: number;
}

export class Rehearsals {
  /** What the groups begin with that are rehearsed. */
  readonly #of: string;
  readonly #region: SimulatedRegion;
  readonly #regions: ReadonlyMap<string, SimulatedRegion>;
  readonly #members: readonly Member[];
  readonly #lookalikes: readonly string[];
  /** Security groups that were there before. */
  readonly #groups: ReadonlySet<string>;

  constructor(
    { place, policy }: Rehearsed,
    { regions }: Pick<Deployment, 'regions'>,
    { members, start }: { readonly members: readonly Member[]; readonly start: number },
  ) {
    const region = regions.get(keyOf(place));
    if (!region) throw new Error(`nothing is backed up in ${keyOf(place)}: nothing can be rehearsed there`);
    this.#of = `${keyOf(place)} ${policy} `;
    this.#region = region;
    this.#regions = regions;
    this.#members = members;
    const { launching } = region;
    launching.createSubnet({ zone: `${region.name}a`, id: SUBNET });
    const endpoints = launching.createSecurityGroup();
    for (const service of ['ssm', 'ssmmessages', 'ec2messages'])
      launching.createEndpoint({ service, type: 'Interface', groups: [endpoints] });
    launching.createEndpoint({ service: 's3', type: 'Gateway' });
    this.#lookalikes = [
      region.runInstance({ launchedAt: start - DAY, tags: LOOKALIKE }).id,
      region.registerImage({ createdAt: start - DAY, name: 'base of rehearsals', tags: LOOKALIKE }),
    ];
    this.#groups = new Set(launching.groups().map(({ id }) => id));
  }

  /** What must hold at any time: whoever is no rehearsal lives. */
  wrong(): string[] {
    const running = new Set(
      [...this.#regions.values()].flatMap((region) =>
        region.instances().flatMap(({ id, state }) => (state === 'running' ? id : [])),
      ),
    );
    const alive = this.#members.filter(({ of, to }) => of === undefined && to === Infinity);
    const groups = new Set(this.#region.launching.groups().map(({ id }) => id));
    return [
      ...alive.filter(({ id }) => !running.has(id)).map(({ id }) => `${id} of others does not run any more`),
      ...this.#lookalikes
        .filter((id) => !this.#region.has(id))
        .map((id) => `${id} was no rehearsal, and is gone`),
      ...[...this.#groups].filter((id) => !groups.has(id)).map((id) => `${id} of others is gone`),
    ];
  }

  /** Nothing of rehearsals is left, they went well while nothing else went wrong, and what they started was not backed up. */
  atTheEnd({ ever, peace }: Given): string[] {
    const known = new Set(this.#members.map(({ id }) => id));
    const strangers = [...ever.keys()].filter((group) => !known.has(group.split(' ')[2] ?? ''));
    return [
      ...this.#left(),
      ...strangers.map((group) => `${group} is a backup of no source`),
      ...this.#judged({ ever, peace }),
    ];
  }

  #left(): string[] {
    const { launching } = this.#region;
    const others = new Set([...this.#lookalikes, ...this.#groups]);
    const all = [...this.#regions.values()].flatMap((region) => [
      ...region.instances().filter(({ state }) => state !== 'terminated'),
      ...region.volumes(),
      ...region.images(),
      ...region.snapshots(),
    ]);
    const left = all.filter(({ id, tags }) => KEY in tags && !others.has(id));
    const groups = launching.groups().filter(({ id }) => !others.has(id));
    return [...left, ...groups].map(({ id }) => `${id} is left of a rehearsal`);
  }

  #judged({ ever, peace }: Given): string[] {
    const results = [...this.#region.images(), ...this.#region.snapshots()].flatMap(({ tags }) => {
      const [, word, at = ''] = /^(\w+) ([^ ]+?):?(?: |$)/.exec(tags['ec2-backup:rehearsed'] ?? '') ?? [];
      return Date.parse(at) > peace + DAY ? [{ word, text: tags['ec2-backup:rehearsed'] }] : [];
    });
    const failed = results.filter(({ word }) => word !== 'ok');
    const isOne = [...ever].some(
      ([group, slots]) => group.startsWith(this.#of) && goodSlots(slots).length > 0,
    );
    const none = isOne && results.length === 0 ? ['no backup was rehearsed in peace'] : [];
    return [...none, ...failed.map(({ text }) => `a rehearsal did not end well in peace: ${text}`)];
  }
}
