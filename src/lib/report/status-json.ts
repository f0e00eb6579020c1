/** `status` as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import { formatInstant } from '../policy/instant.ts';
import type { Place } from '../policy/policy.ts';
import { isBroken, type PolicyStatus, type RestingStatus, type Status } from '../run/status.ts';
import type { Findings } from '../run/watch-findings.ts';

export interface StatusJson {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  readonly at: string;
  /** Every source that should be backed up by now is. */
  readonly ok: boolean;
  readonly backsUp: boolean;
  readonly sources: number;
  readonly backedUp: number;
  readonly starting: number;
  readonly points: number;
  readonly policies: readonly PolicyJson[];
  readonly byDlm: Status['byDlm'];
  readonly resting: readonly RestingStatus[];
  /** All of each kind. */
  readonly findings: Findings;
  readonly otherPlaces: readonly Place[];
}

/** Of a policy: ages in seconds. */
interface PolicyJson {
  readonly policy: string;
  readonly sources: number;
  readonly fresh: number;
  readonly missed: number;
  readonly points: number;
  readonly oldestAge?: number;
  /** How old the newest good backup of a source may be now. */
  readonly promisedAge?: number;
  readonly dueSlot?: string;
  readonly nextSlot?: string;
}

export function statusJson(status: Status): StatusJson {
  const { deployment, place, measuredAt, backsUp, sources, backedUp, starting, points } = status;
  const { byDlm, resting, findings, otherPlaces } = status;
  return {
    version: 1,
    deployment,
    place,
    at: formatInstant(measuredAt),
    ok: !isBroken(status),
    backsUp,
    sources,
    backedUp,
    starting,
    points,
    policies: status.policies.map((policy) => policyJson(policy, measuredAt)),
    byDlm,
    resting,
    findings,
    otherPlaces,
  };
}

function policyJson({ due, next, ...report }: PolicyStatus, now: number): PolicyJson {
  return {
    ...report,
    ...(due !== undefined && {
      promisedAge: Math.round((now - due) / 1000),
      dueSlot: formatInstant(due),
    }),
    ...(next !== undefined && { nextSlot: formatInstant(next) }),
  };
}
