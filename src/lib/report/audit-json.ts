/** An audit as JSON. Scripts rely on this shape: fields may be added, none renamed or removed. */

import type { Coverage } from '../plan/audit-coverage.ts';
import type { Orphan } from '../plan/audit-orphans.ts';
import { storedInOrphans, type Audit } from '../plan/audit-report.ts';
import { commandLine } from '../plan/cli-command.ts';
import { ESTIMATE_WORDS } from '../plan/cost-estimate.ts';
import type { Check } from '../plan/doctor-check.ts';
import type { Place } from '../policy/policy.ts';
import { storedJson, type StoredJson } from './handover-json.ts';

interface OrphanJson extends Omit<Orphan, 'stored' | 'command' | 'isPruned'> {
  readonly cost: StoredJson;
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
  readonly drift: readonly Check[];
  readonly warnings: readonly string[];
}

export function auditJson({ place, deployment, coverage, orphans, drift, warnings }: Audit): AuditJson {
  return {
    version: 1,
    deployment,
    place,
    coverage,
    basis: 'estimate',
    assumptions: ESTIMATE_WORDS,
    orphans: orphans.map(({ stored, command, ...rest }) => ({
      ...rest,
      cost: storedJson(stored, place),
      ...(command && { command: commandLine(command) }),
    })),
    orphansCost: storedJson(storedInOrphans(orphans), place),
    drift,
    warnings,
  };
}
