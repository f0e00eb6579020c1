/** What the bundles run in: the simulated account, with three instances that opted in, and DLM's role. */

import type { Environment } from '../../src/handlers/environment.ts';
import type { LogRecord } from '../../src/lib/report/log-records.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { Scenario } from '../support/scenario.ts';

/** The policy file that is packaged. */
export const POLICIES = `
version: 1
deployment: test
timezone: Asia/Seoul
policies:
  nightly:
    backup: image
    schedule: cron(0 12 * * ? *)
    keep: { last: 2 }
    protect: true
    rehearse:
      schedule: cron(0 14 ? * MON *)
      subnet: subnet-0aaaaaaaaaaaaaaaa
      command: test -d /var/lib/postgresql
      account: "111122223333"
      region: ap-northeast-2
  payments:
    backup: snapshots
    schedule: every 6 hours
    timezone: America/New_York
    keep: { last: 3 }
    copies: [{ region: us-east-1 }, { account: "444455556666", region: eu-west-1 }]
  hourly-data: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }
targets:
  - { account: "111122223333", region: ap-northeast-2 }
  - { account: "444455556666", region: us-east-1, rolePrefix: ec2-backup, externalId: tea-pot }
notify: ops@example.com
feedbackTag: true
`;

export interface Run {
  readonly scenario: Scenario;
  readonly records: LogRecord[];
  readonly environment: Environment;
}

export function onSimulatedAccount({ roles = true } = {}): Run {
  const scenario = new Scenario({ policies: POLICIES, regions: ['ap-northeast-2', 'us-east-1'] });
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  scenario.region.runInstance({ tags: { Backup: 'payments' } });
  scenario.region.runInstance({ tags: { Backup: 'hourly-data' } });
  if (roles) scenario.createDlmRoles();
  const { environment, records } = recordedEnvironment({
    file: scenario.file,
    home: scenario.account,
    region: scenario.region.name,
    clock: scenario.clock,
  });
  return { scenario, records, environment };
}

/** The commands that were to change the account. */
export function changesOf({ region }: Scenario): string[] {
  return region.calls
    .map(({ command }) => command)
    .filter((command) => !/^(?:Describe|List|Get|Simulate)/.test(command));
}
