/** Whether the jobs can get into the places of the policy file, as far as that shows from here. */

import type { Target } from '../policy/policy.ts';
import { fail, listed, ok, skip, warn, type Check } from './doctor-check.ts';
import type { CallAnswer } from './doctor-permissions.ts';

/** How one job got in, with its role where the target has some. */
export interface RoleAnswer {
  readonly job: string;
  /** `denied`: STS does not say whether the role is missing, or lets only others in. */
  readonly answer: 'assumed' | 'denied' | 'failed';
  /** What STS says, unless it was assumed. */
  readonly says?: string;
}

export interface PlaceAnswer {
  readonly target: Target;
  /** All of the account's for its first target, one for its other Regions. Empty where there is no way in. */
  readonly roles: readonly RoleAnswer[];
  /** Whether instances, or snapshots where only copies go, can be listed in its Region; absent where nobody got in. */
  readonly lists?: CallAnswer;
}

const CURE = 'deploy place-roles.json in that account, see docs/places.md';

/** `isHome`: the functions run where doctor looks from. */
export function placeCheck(answer: PlaceAnswer, isHome: boolean): Check {
  const { target, roles } = answer;
  const name = `place ${target.account} ${target.region}`;
  const { rolePrefix } = target;
  if (rolePrefix === undefined) return withoutRoles(name, answer, isHome);
  const refused = roles.filter((role) => role.answer !== 'assumed');
  const namesOf = (some: readonly RoleAnswer[]): string =>
    listed(some.map(({ job }) => `${rolePrefix}-${job}`));
  const [first] = refused;
  if (!first) return regionCheck(name, `${namesOf(roles)} can be assumed`, answer);
  const which = `${refused.length === 1 ? 'role' : 'roles'} ${namesOf(refused)}`;
  const says = first.says ?? first.answer;
  if (refused.some((role) => role.answer === 'failed'))
    return fail(name, `${which} cannot be assumed (${says}): ${CURE}`);
  // Besides its function every role of a place lets in the same people: those of one are those of all that exist.
  if (refused.length < roles.length) {
    const others = namesOf(roles.filter((role) => role.answer === 'assumed'));
    return fail(name, `${which} cannot be assumed (${says}), ${others} can: ${CURE}`);
  }
  return warn(
    name,
    `${which} could not be checked from here (${says}): they let in only the functions and the template's Operators, or do not exist. ` +
      `If the alarm for the silence of this place rings, ${CURE}`,
  );
}

function withoutRoles(name: string, answer: PlaceAnswer, isHome: boolean): Check {
  const [own] = answer.roles;
  if (own?.answer === 'assumed') return regionCheck(name, 'is of this account and needs no role', answer);
  if (own)
    return fail(name, `does not answer (${own.says ?? own.answer}): is that Region enabled in the account?`);
  const why = 'is of another account and has no rolePrefix';
  if (isHome) return fail(name, `${why}: the functions cannot get in. Give it a rolePrefix and ${CURE}`);
  return skip(name, `${why}: run doctor with credentials of the account that the functions run in`);
}

/** The roles work only in the Regions that their template was given, and an account may have a Region switched off. */
function regionCheck(name: string, good: string, { target, lists }: PlaceAnswer): Check {
  const { region, rolePrefix } = target;
  if (!lists || lists.answer === 'allowed') return ok(name, good);
  const says = lists.says ?? lists.answer;
  const what = lists.action === 'DescribeSnapshots' ? 'snapshots' : 'instances';
  if (lists.answer === 'unclear')
    return fail(
      name,
      `${good}, but ${region} does not answer (${says}): is that Region enabled in the account?`,
    );
  if (rolePrefix === undefined) return warn(name, `these credentials may not list ${what} there (${says})`);
  return fail(
    name,
    `${good}, but ${what} cannot be listed there (${says}): name ${region} in the parameter Regions of place-roles.json`,
  );
}
