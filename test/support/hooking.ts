/** A database that is frozen for its backups, by a document as DLM wants it. */

import type { BackupReport } from '../../src/lib/run/backup.ts';
import type { Outcome } from '../../src/lib/run/outcome.ts';
import { Scenario, type ScenarioOptions } from './scenario.ts';

/** The parameters of every document that DLM accepts, word for word. */
export const DLM_CONTRACT = {
  executionId: {
    type: 'String',
    default: 'None',
    description: '(Required) Specifies the unique identifier associated with a pre and/or post execution',
    allowedPattern: '^(None|[a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})$',
  },
  command: {
    type: 'String',
    default: 'dry-run',
    description: '(Required) Specifies whether pre-script and/or post-script should be executed.',
    allowedValues: ['pre-script', 'post-script', 'dry-run'],
  },
};

export function hookedPolicies(hooks = '{ document: db-freeze }', backup = 'snapshots'): string {
  return `
version: 1
deployment: test
policies:
  db: { backup: ${backup}, schedule: every 6 hours, keep: { last: 3 }, hooks: ${hooks} }
`;
}

export interface Hooked {
  readonly scenario: Scenario;
  readonly instance: string;
}

export function hooked(policies = hookedPolicies(), options: ScenarioOptions = {}): Hooked {
  const scenario = new Scenario({ policies, ...options });
  scenario.region.hooks.createDocument({ name: 'db-freeze', parameters: DLM_CONTRACT });
  return { scenario, instance: addDatabase(scenario) };
}

/** With an agent that is online. */
export function addDatabase({ region, clock }: Scenario): string {
  const { id } = region.runInstance({
    tags: { Name: 'db', Backup: 'db' },
    volumes: [
      { device: '/dev/xvda', sizeGiB: 8, type: 'gp3' },
      { device: '/dev/xvdf', sizeGiB: 100, type: 'gp3' },
    ],
    launchedAt: clock.now() - 3_600_000,
  });
  region.hooks.setAgent(id, 'online');
  return id;
}

/** What the calls that change anything were, in order; SendCommand with its stage. */
export function changesOf({ region }: Scenario): string[] {
  return region.calls
    .filter(({ command }) => !/^(Describe|List|Get)/.test(command))
    .map(({ command, input }) => {
      const { Parameters } = input as { readonly Parameters?: { readonly command?: readonly string[] } };
      return [command, ...(Parameters?.command ?? [])].join(' ');
    });
}

/** `crash`, `stopped` or `application`, by what each snapshot's tag says. */
export function consistencies({ region }: Scenario): string[] {
  return region.snapshots().map(({ tags }) => tags['ec2-backup:consistency'] ?? 'none');
}

export function ended({ outcomes }: BackupReport): string[] {
  return outcomes.map(textOf);
}

function textOf({ status, error, warning }: Outcome): string {
  return [status, ...(error === undefined ? [] : [error]), ...(warning === undefined ? [] : [warning])].join(
    ' | ',
  );
}
