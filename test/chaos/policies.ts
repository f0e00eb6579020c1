/** The policy files of a seed: what is kept at first and in the end, and what some seeds have besides. */

import { destinationsOf, samePlace, type Destination } from '../../src/lib/policy/places.ts';
import type { Place, Policy, PolicyFile } from '../../src/lib/policy/policy.ts';
import { parse } from '../support/scenario.ts';
import { AWAY, HOME } from './deployment.ts';
import { Random } from './random.ts';
import type { Hooking, Name, Texts, Wording } from './words.ts';

/** What some seeds have, and others have not. */
export interface Extras {
  /** The lists of copies of policies, in YAML's flow style. */
  readonly copies: Partial<Readonly<Record<Name, string>>>;
  /** The sweep of copies. */
  readonly sweep: string;
  readonly rehearsed?: Rehearsed;
  /** One line that tells it, empty for none. */
  readonly text: string;
}

export interface Rehearsed {
  readonly policy: 'nightly' | 'sets';
  readonly place: Place;
  readonly command?: string;
}

/** Shares of the seeds. */
const COPIED = 1 / 3;
const REHEARSED = 1 / 5;

const BESIDE = 'us-west-2';
export const SUBNET = 'subnet-0aaaaaaaaaaaaaaaa';
const COMMAND = 'systemctl is-active postgresql';

interface Copies {
  readonly what: string;
  readonly copies: readonly { readonly account?: string; readonly region: string }[];
}

const beside = { region: BESIDE };
const away = { account: AWAY.account, region: AWAY.region };
const awayBeside = { account: AWAY.account, region: BESIDE };

/** Where to, one of them a seed. */
const WAYS: readonly [Copies, ...Copies[]] = [
  { what: 'beside', copies: [beside] },
  { what: 'to the other account', copies: [away] },
  { what: 'of both accounts to one place', copies: [awayBeside] },
  { what: 'back home', copies: [{ account: HOME.account, region: HOME.region }] },
  { what: 'to two Regions of the other account', copies: [away, awayBeside] },
];

/** Of copies; most are kept as the policy keeps. */
const KEEPS = [undefined, undefined, '{ daily: 12 }', '{ last: 2 }', '{ daily: 2, weekly: 3 }'] as const;

export const NO_EXTRAS: Extras = { copies: {}, sweep: '', text: '' };

export function extrasOf(seed: number): Extras {
  const copying = copiesOf(new Random(seed, 'copies'));
  const rehearsed = rehearsedOf(new Random(seed, 'rehearsals'));
  if (!copying && !rehearsed) return NO_EXTRAS;
  const told = rehearsed && toldOf(rehearsed);
  const text = [copying?.text, told].filter((one) => one !== undefined).join(', ');
  return { ...NO_EXTRAS, ...copying, ...(rehearsed && { rehearsed }), text };
}

function toldOf({ policy, place, command }: Rehearsed): string {
  const how = command === undefined ? '' : ' with a command';
  return `${policy} rehearsed in ${place.account}${how}`;
}

function copiesOf(random: Random): Pick<Extras, 'copies' | 'sweep' | 'text'> | undefined {
  if (!random.chance(COPIED)) return undefined;
  const names: readonly Name[] = random.pick<readonly Name[]>([
    ['nightly'],
    ['sets'],
    ['disks'],
    ['sets', 'disks'],
    ['nightly', 'sets'],
  ]);
  const { what, copies } = random.pick(WAYS);
  const keep = random.pick(KEEPS);
  const list = copies.map(({ account, region }) => {
    const words = [
      ...(account === undefined ? [] : [`account: "${account}"`]),
      `region: ${region}`,
      ...(keep === undefined ? [] : [`keep: ${keep}`]),
    ];
    return `{ ${words.join(', ')} }`;
  });
  return {
    copies: Object.fromEntries(names.map((name) => [name, `[${list.join(', ')}]`])),
    // Some just before the prunes, which then meet what is being copied.
    sweep: random.pick(['every 3 hours from 02:55', 'every 6 hours from 05:55', 'every 1 hours from 00:25']),
    text: `${names.join(' and ')} copied ${what}${keep === undefined ? '' : `, kept ${keep}`}`,
  };
}

function rehearsedOf(random: Random): Rehearsed | undefined {
  if (!random.chance(REHEARSED)) return undefined;
  const policy = random.pick<'nightly' | 'sets'>(['nightly', 'sets']);
  const place = random.pick([HOME, AWAY]);
  return { policy, place, ...(random.chance(0.5) && { command: COMMAND }) };
}

interface Rules {
  readonly nightly: string;
  readonly sets: string;
  readonly disks: string;
}

/** What is kept at first, and from some day on: less. */
const AT_FIRST: Rules = { nightly: '{ daily: 4 }', sets: '{ last: 6 }', disks: '{ within: 5d }' };
const IN_THE_END: Rules = { nightly: '{ daily: 3 }', sets: '{ last: 4 }', disks: '{ within: 3d }' };
/** And where there is an archive, some of it for 90 days at least. */
const LONGER = ', weekly: 15 }';

export interface Told {
  readonly share: number;
  readonly extras: Extras;
  /** When the rules are made stricter. */
  readonly editedAt: number;
  readonly wording: Wording | undefined;
  readonly hooking: Hooking | undefined;
}

/** The file of an instant (ms). All of a seed ask for the same template. */
export function filesOf({ share, extras, editedAt, wording, hooking }: Told): (now: number) => PolicyFile {
  const known = new Map<string, PolicyFile>();
  const longer = (rules: Rules): Rules => {
    const of = (name: Name): string =>
      wording?.archives.has(name) ? rules[name].replace(' }', LONGER) : rules[name];
    return { nightly: of('nightly'), sets: of('sets'), disks: of('disks') };
  };
  return (now) => {
    const isEdited = now >= editedAt;
    const phase = wording?.phases.findLastIndex(({ from }) => from <= now) ?? -1;
    const key = `${isEdited} ${phase}`;
    const file =
      known.get(key) ??
      fileOf({
        keep: longer(isEdited ? IN_THE_END : AT_FIRST),
        share,
        extras,
        words: [wording?.phases[phase]?.words, hooking?.hooks].filter((one) => one !== undefined),
      });
    known.set(key, file);
    return file;
  };
}

interface Filed {
  readonly keep: Rules;
  /** Of EC2's quotas, in percent. */
  readonly share: number;
  readonly extras: Extras;
  /** What the policies say besides. */
  readonly words: readonly Texts[];
}

function fileOf({ keep, share, extras, words }: Filed): PolicyFile {
  const { copies, rehearsed, sweep } = extras;
  const of = (name: Name): string => {
    const list = copies[name];
    const copied = list === undefined ? '' : `, copies: ${list}`;
    const besides = words.flatMap((one) => (one[name] === '' ? [] : `, ${one[name]}`)).join('');
    return `keep: ${keep[name]}${copied}${rehearsed?.policy === name ? rehearse(rehearsed) : ''}${besides}`;
  };
  return parse(`
version: 1
deployment: test
policies:
  nightly: { backup: image, schedule: cron(0 3 * * ? *), ${of('nightly')} }
  sets: { backup: snapshots, schedule: every 12 hours, ${of('sets')} }
  disks: { backup: volume, schedule: cron(30 3 * * ? *), ${of('disks')} }
prune: { schedule: cron(0 6 * * ? *), maxShare: 40% }
registerPolicies: { schedule: cron(20 5 * * ? *) }
${Object.keys(copies).length > 0 ? `replicate: { schedule: ${sweep} }` : ''}
watch: { schedule: every 6 hours from 00:40 }
limits: { share: ${share}% }
targets:
  - { account: "${HOME.account}", region: ${HOME.region} }
  - { account: "${AWAY.account}", region: ${AWAY.region}, rolePrefix: ec2-backup, externalId: chaos-1 }
`);
}

function rehearse({ place: { account, region }, command }: Rehearsed): string {
  const words = [
    'schedule: cron(30 4 * * ? *)',
    `subnet: ${SUBNET}`,
    `account: "${account}"`,
    `region: ${region}`,
    ...(command === undefined ? [] : [`command: ${command}`]),
  ];
  return `, rehearse: { ${words.join(', ')} }`;
}

/** A policy's copies from a place to another. */
export interface Way extends Destination {
  readonly policy: Policy;
  readonly from: Place;
}

export function waysOf({ policies }: PolicyFile): readonly Way[] {
  return policies.flatMap((policy) =>
    [HOME, AWAY].flatMap((from) => destinationsOf(policy, from).map((to) => ({ policy, from, ...to }))),
  );
}

/** The places that only take copies. */
export function copiesOnly(file: PolicyFile): readonly Place[] {
  const all = waysOf(file).map(({ place }) => place);
  return all.filter(
    (place, index) =>
      ![HOME, AWAY].some((one) => samePlace(one, place)) &&
      all.findIndex((one) => samePlace(one, place)) === index,
  );
}
