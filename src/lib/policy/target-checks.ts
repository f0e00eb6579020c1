import { isMap, wordOf } from './written.ts';
import type { Finding } from './yaml-source.ts';

/** One alarm a place tells of its silence, and a stack holds 500 resources. */
const MOST_TARGETS = 200;

/** What the schema cannot say of `targets`: rules about two words, or about two targets, at once. */
export function checkTargets(targets: unknown): readonly Finding[] {
  if (!Array.isArray(targets)) return [];
  const all: readonly unknown[] = targets;
  return [
    ...checkCount(all),
    ...all.flatMap((target, index) => [
      ...checkTwice(all, index),
      ...checkExternalId(target, index),
      ...checkSameRoles(all, index),
      ...checkHome(all, index),
    ]),
  ];
}

function checkCount(targets: readonly unknown[]): readonly Finding[] {
  if (targets.length <= MOST_TARGETS) return [];
  const message = `${targets.length} targets, expected at most ${MOST_TARGETS}: share them out over several deployments`;
  return [{ path: ['targets'], message, at: 'key' }];
}

function checkTwice(targets: readonly unknown[], index: number): readonly Finding[] {
  const place = placeOf(targets[index]);
  const first = targets.findIndex((target) => place !== undefined && placeOf(target) === place);
  if (place === undefined || first === index) return [];
  const message = `${place} is given twice, first in targets[${first}]`;
  return [{ path: ['targets', index], message, at: 'value' }];
}

function checkExternalId(target: unknown, index: number): readonly Finding[] {
  if (!isMap(target) || wordOf(target, 'externalId') === undefined) return [];
  if (wordOf(target, 'rolePrefix') !== undefined) return [];
  const message = 'given without rolePrefix, expected both: it is told when a role is assumed';
  return [{ path: ['targets', index, 'externalId'], message, at: 'value' }];
}

/** Roles belong to the account and not to a Region of it. */
function checkSameRoles(targets: readonly unknown[], index: number): readonly Finding[] {
  const target = targets[index];
  const account = wordOf(target, 'account');
  const first = targets.findIndex(
    (other) => typeof account === 'string' && wordOf(other, 'account') === account,
  );
  if (first === -1 || first === index) return [];
  const word = ['rolePrefix', 'externalId'].find(
    (one) => wordOf(targets[first], one) !== wordOf(target, one),
  );
  if (word === undefined) return [];
  const message = `${word} is not that of targets[${first}], expected the same: the roles are of the whole account`;
  return [{ path: ['targets', index], message, at: 'value' }];
}

/** What has no rolePrefix is worked with the functions' own roles, which are of one account. */
function checkHome(targets: readonly unknown[], index: number): readonly Finding[] {
  const isHome = (target: unknown): boolean => isMap(target) && wordOf(target, 'rolePrefix') === undefined;
  const first = targets.findIndex(isHome);
  const [home, account] = [wordOf(targets[first], 'account'), wordOf(targets[index], 'account')];
  if (!isHome(targets[index]) || typeof home !== 'string' || typeof account !== 'string') return [];
  // Two targets of one account are told by checkSameRoles.
  if (account === home) return [];
  const message =
    `${account} has no rolePrefix, and nor has ${home} of targets[${first}]: only the account of the functions ` +
    'needs none, expected a rolePrefix (and externalId) on the other';
  return [{ path: ['targets', index], message, at: 'value' }];
}

function placeOf(target: unknown): string | undefined {
  const [account, region] = [wordOf(target, 'account'), wordOf(target, 'region')];
  return typeof account === 'string' && typeof region === 'string' ? `${account} ${region}` : undefined;
}
