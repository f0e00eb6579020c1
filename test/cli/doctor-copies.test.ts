/** What `doctor` says where policies have copies. */

import { describe, expect, test } from 'vitest';
import type { DoctorJson } from '../../src/lib/report/doctor-text.ts';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedOrganisation } from '../../src/simulator/organisation.ts';
import { deploy } from '../support/deployed.ts';
import { simulatedConnect } from '../support/environment.ts';
import { Scenario } from '../support/scenario.ts';
import { parseJson } from './answers.ts';
import { connectionTo, fileWith, run } from './fake-shell.ts';

const HOME = '111122223333';
const AWAY = '444455556666';
const STACK = 'ec2-backup-prod';
const EAST = `place ${HOME} us-east-1`;
const TO_EAST = '[{ region: us-east-1 }]';

function policiesWith(copies: string, targets = ''): string {
  return `
version: 1
deployment: prod
policies:
  nightly: { backup: image, schedule: every 24 hours, keep: { daily: 3 }, copies: ${copies} }
  disks: { backup: volume, schedule: every 24 hours, keep: { last: 2 } }
notify: ops@example.com
${targets}`;
}

const NO_TARGETS = '';
const WITH_AWAY = `targets:
  - { account: "${HOME}", region: ap-northeast-2 }
  - { account: "${AWAY}", region: us-east-1, rolePrefix: ec2-backup, copiesOnly: true }
`;

/** A deployment at home, and another account whose roles of these jobs let anybody of home in. */
class World {
  readonly home: Scenario;
  readonly away: SimulatedAccount;
  readonly policies: string;
  readonly #organisation = new SimulatedOrganisation();

  constructor(policies: string, roles: readonly string[] = []) {
    this.policies = policies;
    const regions = ['ap-northeast-2', 'us-east-1'];
    const organisation = this.#organisation;
    this.home = new Scenario({ policies, regions, organisation });
    this.away = new SimulatedAccount({ clock: this.home.clock, account: AWAY, regions, organisation });
    const trust = {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${HOME}:root` }, Action: 'sts:AssumeRole' },
      ],
    };
    for (const job of roles) this.away.region('us-east-1').createRole({ name: `ec2-backup-${job}`, trust });
    deploy(this.home.region, this.home.file);
  }

  /** The lines of one name, as `level message`; with another file than the one that was deployed, if given. */
  async lines(name: string, policies = this.policies): Promise<readonly string[]> {
    const at = simulatedConnect({
      home: this.home.account,
      others: [this.away],
      organisation: this.#organisation,
    });
    const connect = () => Promise.resolve({ ...connectionTo(this.home), at });
    const file = await fileWith(policies);
    const { out } = await run(['doctor', '--policies', file, '--json'], { scenario: this.home, connect });
    return parseJson<DoctorJson>(out)
      .checks.filter((check) => check.name === name)
      .map(({ level, message }) => `${level} ${message}`);
  }
}

describe('what is deployed for copies', () => {
  test('has the sweep of replicate, and the alarms of copies and of their places', async () => {
    const world = new World(policiesWith(TO_EAST));
    expect(await world.lines('schedules')).toEqual(['ok 7 of 7 are as the policy file says']);
    expect(await world.lines('alarms')).toEqual([
      expect.stringMatching(/^ok (\d+) of \1 are quiet and tell the topic$/),
    ]);
  });

  test('fails where copies were written and not deployed', async () => {
    const world = new World(policiesWith('[]'));
    const policies = policiesWith(TO_EAST);
    expect(await world.lines('schedules', policies)).toContain('fail replicate is missing: deploy again');
    expect(await world.lines('alarms', policies)).toContain(
      `fail missing: ${STACK}-silence-${HOME}-us-east-1, ${STACK}-copies-behind and ${STACK}-failed-copies. Deploy again`,
    );
  });

  test('fails where copies were taken out and that was not deployed', async () => {
    const world = new World(policiesWith(TO_EAST));
    expect(await world.lines('schedules', policiesWith('[]'))).toContain(
      'fail replicate is not in the policy file: deploy again',
    );
  });
});

describe('a place that copies go to', () => {
  test('of the own account is looked at though it is no target', async () => {
    const world = new World(policiesWith(TO_EAST, NO_TARGETS));
    expect(await world.lines(EAST)).toEqual(['ok is of this account and needs no role']);
  });

  test('is asked for its snapshots, not for instances', async () => {
    const world = new World(policiesWith(TO_EAST));
    const there = world.home.account.region('us-east-1');
    there.faults = ({ command }) =>
      command === 'DescribeSnapshots'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no' }
        : undefined;
    expect(await world.lines(EAST)).toEqual([
      expect.stringMatching(/^warn these credentials may not list snapshots there \(UnauthorizedOperation/),
    ]);
    expect(there.calls.map(({ command }) => command)).not.toContain('DescribeInstances');
  });

  const copies = `[{ account: "${AWAY}", region: us-east-1 }]`;

  test('of another account needs the roles of the jobs that work there, and no other', async () => {
    const jobs = ['replicate', 'prune', 'watch'];
    const name = `place ${AWAY} us-east-1`;
    const world = new World(policiesWith(copies, WITH_AWAY), jobs);
    expect(await world.lines(name)).toEqual([
      'ok ec2-backup-replicate, ec2-backup-prune and ec2-backup-watch can be assumed',
    ]);
    const without = new World(policiesWith(copies, WITH_AWAY), jobs.slice(1));
    expect(await without.lines(name)).toEqual([
      expect.stringMatching(/^fail role ec2-backup-replicate cannot be assumed .*: deploy place-roles.json/),
    ]);
  });
});

describe('the account', () => {
  test('of the sources is a target; one with targets for copies only is backed up at home', async () => {
    const only = WITH_AWAY.split('\n')
      .filter((line) => !line.includes('ap-northeast-2'))
      .join('\n');
    const copies = `[{ account: "${AWAY}", region: us-east-1 }]`;
    expect(await new World(policiesWith(copies, WITH_AWAY)).lines('account')).toEqual([
      `ok account ${HOME}, Region ap-northeast-2, is a target of the policy file`,
    ]);
    expect(await new World(policiesWith(copies, only)).lines('account')).toEqual([
      `ok the targets of the policy file only take copies: account ${HOME}, Region ap-northeast-2, is what is backed up`,
    ]);
  });
});

describe('the key of a copy', () => {
  const name = `key ${HOME} us-east-1`;

  /** A file that names a key which is made afterwards: the simulated keys are numbered, in every world alike. */
  function withKey(): { readonly world: World; readonly key: string } {
    const key = new World(policiesWith(TO_EAST)).home.account.region('us-east-1').keys.create();
    const world = new World(policiesWith(`[{ region: us-east-1, key: "${key}" }]`));
    expect(world.home.account.region('us-east-1').keys.create()).toBe(key);
    return { world, key };
  }

  test('passes when it is enabled', async () => {
    const { world, key } = withKey();
    expect(await world.lines(name)).toEqual([`ok ${key}, for copies of nightly, is enabled`]);
  });

  test('fails when it is disabled or to be deleted', async () => {
    const { world, key } = withKey();
    world.home.account.region('us-east-1').keys.setState(key, 'Disabled');
    expect(await world.lines(name)).toEqual([
      `fail ${key}, for copies of nightly, is Disabled: no copy under it completes. Enable it, or name another one`,
    ]);
  });

  test('fails when there is none of that name', async () => {
    const key = `arn:aws:kms:us-east-1:${HOME}:key/11111111-2222-3333-4444-555555555555`;
    const world = new World(policiesWith(`[{ region: us-east-1, key: "${key}" }]`));
    expect(await world.lines(name)).toEqual([
      expect.stringMatching(/^fail arn:.*, for copies of nightly, cannot be found \(NotFoundException/),
    ]);
  });

  test('is a warning when it may not be looked at', async () => {
    const { world, key } = withKey();
    world.home.account.region('us-east-1').keys.deny(key, 'describe');
    expect(await world.lines(name)).toEqual([
      expect.stringMatching(
        /^warn could not be checked \(arn:.*, for copies of nightly, AccessDenied.*\): allow these credentials kms:DescribeKey$/,
      ),
    ]);
  });

  test('is not asked for where no copy names one', async () => {
    const world = new World(policiesWith(TO_EAST));
    expect(await world.lines(name)).toEqual([]);
    const { calls } = world.home.account.region('us-east-1');
    expect(calls.map(({ command }) => command)).not.toContain('DescribeKey');
  });
});

describe('who copies', () => {
  const ROUTE = `copies ${HOME}/ap-northeast-2 to ${AWAY}/us-east-1`;
  const policies = policiesWith(`[{ account: "${AWAY}", region: us-east-1 }]`, WITH_AWAY);

  async function world(backed: boolean, prepare?: (home: Scenario) => void): Promise<World> {
    const made = new World(policies, ['replicate']);
    prepare?.(made.home);
    made.home.region.runInstance({
      tags: { Backup: 'nightly' },
      volumes: [{ device: '/dev/xvda', sizeGiB: 8, encrypted: true }],
    });
    if (backed) await made.home.backup('nightly');
    made.home.clock.advance(3_600_000);
    return made;
  }

  test('is not asked before there is anything to copy', async () => {
    expect(await (await world(false)).lines(ROUTE)).toEqual([
      'skip not checked: there is no backup yet that could be copied',
    ]);
  });

  test('may, and changes nothing by being asked', async () => {
    const made = await world(true, ({ region }) => region.keys.setDefault(region.keys.create([AWAY])));
    const before = made.home.region.images();
    expect(await made.lines(ROUTE)).toEqual([
      "ok allowed by EC2's DryRun: ModifyImageAttribute, ModifySnapshotAttribute, CopyImage, CopySnapshot",
    ]);
    expect(made.home.region.images()).toEqual(before);
    expect(made.away.region('us-east-1').images()).toEqual([]);
  });

  test('may not, or could not be asked', async () => {
    const made = await world(true, ({ region }) => region.keys.setDefault(region.keys.create([AWAY])));
    made.away.region('us-east-1').faults = ({ command }) =>
      command === 'CopySnapshot'
        ? { kind: 'error', name: 'UnauthorizedOperation', message: 'no' }
        : undefined;
    expect(await made.lines(ROUTE)).toEqual([
      'fail ec2:CopySnapshot is denied to who copies (UnauthorizedOperation: no): nothing is copied',
    ]);
  });

  test('[H27] cannot use what is encrypted with the key that EBS makes for an account', async () => {
    const made = await world(true);
    expect((await made.lines(ROUTE)).at(-1)).toMatch(
      /^fail backups are encrypted with the AWS-managed key arn:.*, which account 444455556666 can never use/,
    );
  });
});
