/** An audit as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import type { Coverage } from '../plan/audit-coverage.ts';
import type { Orphan } from '../plan/audit-orphan.ts';
import { storedInOrphans, type Audit } from '../plan/audit-report.ts';
import { commandLine } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { Check } from '../plan/doctor-check.ts';
import type { Place } from '../policy/policy.ts';
import { storedJson, type StoredJson } from './handover-json.ts';

interface OrphanJson extends Omit<Orphan, 'stored' | 'frees' | 'command' | 'isPruned'> {
  /** Its share of the bill, as `cost` has it. */
  readonly cost: StoredJson;
  /** What the bill falls by when it alone is deleted. */
  readonly frees: StoredJson;
  /** For a shell; absent where no command of AWS carries the action out. */
  readonly command?: string;
  /** The prune would delete it now. */
  readonly isPruned: boolean;
}

export interface AuditJson {
  readonly version: 1;
  readonly deployment: string;
  readonly place: Place;
  readonly coverage: Coverage;
  readonly basis: 'estimate';
  readonly assumptions: readonly string[];
  readonly orphans: readonly OrphanJson[];
  readonly orphansCost: StoredJson;
  /** What the bill falls by without any of them. */
  readonly orphansFree: StoredJson;
  /** What the bill falls by when the prune and the commands here have deleted theirs. */
  readonly proposedFree: StoredJson;
  readonly drift: readonly Check[];
  readonly warnings: readonly string[];
}

export function auditJson(audit: Audit): AuditJson {
  const { place, deployment, coverage, orphans, freed, drift, warnings } = audit;
  return {
    version: 1,
    deployment,
    place,
    coverage,
    basis: 'estimate',
    assumptions: ESTIMATE_WORDS,
    orphans: orphans.map(({ stored, frees, command, ...rest }) => ({
      ...rest,
      cost: storedJson(stored, place),
      frees: storedJson(frees, place),
      ...(command && { command: commandLine(command) }),
    })),
    orphansCost: storedJson(storedInOrphans(orphans), place),
    orphansFree: storedJson(freed.all, place),
    proposedFree: storedJson(freed.proposed, place),
    drift,
    warnings,
  };
}
