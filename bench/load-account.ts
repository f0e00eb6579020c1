import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { backupHandler } from '../src/handlers/backup-job.ts';
import type { Environment } from '../src/handlers/environment.ts';
import type { Handler } from '../src/handlers/job.ts';
import { pruneHandler } from '../src/handlers/prune-job.ts';
import { watchHandler } from '../src/handlers/watch-job.ts';
import { parsePolicies } from '../src/lib/policy/parse-policies.ts';
import type { PolicyFile } from '../src/lib/policy/policy.ts';
import { nextSlot } from '../src/lib/policy/schedule.ts';
import { SimulatedAccount } from '../src/simulator/account.ts';
import { SimulatedClock } from '../src/simulator/clock.ts';
import { SimulatedOrganisation } from '../src/simulator/organisation.ts';
import type { SimulatedProcess } from '../src/simulator/process.ts';
import type { SimulatedRegion } from '../src/simulator/region.ts';
import type { SimulatedStack } from '../src/simulator/stack.ts';
import { simulatedConnect } from '../test/support/environment.ts';

const DAY = 86_400_000;
const HOME = '111122223333';
const AWAY = '444455556666';
/** Two of each account. */
const REGIONS = ['ap-northeast-2', 'us-east-1'];

export interface Load {
  readonly clock: SimulatedClock;
  readonly stack: SimulatedStack;
  readonly places: readonly SimulatedRegion[];
}

export interface Fleet {
  /** In each place. */
  readonly instances: number;
  /** Snapshots of each that there are already, one a day. */
  readonly days: number;
  /** ms a call */
  readonly latency: number;
  /** 0…1 */
  readonly share: number;
}

const POLICIES = ({ days, share }: Fleet): string => `
version: 1
deployment: bench
policies:
  sets: { backup: snapshots, schedule: cron(0 3 * * ? *), keep: { last: ${days} } }
prune: { schedule: every 6 hours }
watch: { schedule: every 12 hours from 00:30 }
limits: { share: ${share * 100}% }
targets:
${REGIONS.map((region) => `  - { account: "${HOME}", region: ${region} }`).join('\n')}
${REGIONS.map((region) => `  - { account: "${AWAY}", region: ${region}, rolePrefix: bench }`).join('\n')}
`;

const JOBS = { backup: backupHandler, prune: pruneHandler, watch: watchHandler };
type Job = keyof typeof JOBS;

/** Four places with their instances and snapshots, and the queues and functions of three jobs. It is midnight. */
export function loadedAccounts(fleet: Fleet): Load {
  const clock = new SimulatedClock(Date.UTC(2026, 10, 22));
  const organisation = new SimulatedOrganisation();
  const settings = { latency: fleet.latency };
  const [home, away] = [HOME, AWAY].map(
    (account) => new SimulatedAccount({ clock, organisation, settings, account, regions: REGIONS }),
  );
  if (!home || !away) throw new Error('two accounts were made, and one is missing');
  const [there] = REGIONS;
  for (const job of Object.keys(JOBS)) {
    const Statement = [{ Effect: 'Allow', Principal: { AWS: HOME }, Action: 'sts:AssumeRole' }];
    away.region(there ?? '').createRole({ name: `bench-${job}`, trust: { Statement } });
  }
  const places = [home, away].flatMap((account) => REGIONS.map((region) => account.region(region)));
  for (const place of places) fill(place, fleet, clock.now());
  const file = parsed(POLICIES(fleet));
  const stack = deploy(file, home.region(there ?? ''), {
    clock,
    connectOf: (process) => simulatedConnect({ home, others: [away], organisation, process }),
  });
  return { clock, stack, places };
}

interface Surroundings {
  readonly clock: SimulatedClock;
  readonly connectOf: (process: SimulatedProcess) => Environment['connect'];
}

function deploy(file: PolicyFile, home: SimulatedRegion, { clock, connectOf }: Surroundings): SimulatedStack {
  let stack: SimulatedStack | undefined = undefined;
  const urlOf = (id: string): string => stack?.ref(id) ?? '';
  const handlerOf =
    (job: Job) =>
    (process: SimulatedProcess): Handler => {
      const { sqs, sns } = home.clientsOf(process);
      return JOBS[job]({
        file,
        region: home.name,
        connect: connectOf(process),
        sqs,
        sns,
        clock,
        addresses: {
          queue: urlOf(`${job}Queue`),
          backupQueue: urlOf('backupQueue'),
          reportsQueue: urlOf('reports'),
        },
        log: () => undefined,
        metrics: () => undefined,
      });
    };
  const jobs = Object.keys(JOBS) as Job[];
  stack = home.deploy({
    template: {
      Resources: Object.assign(
        { reports: reports() },
        ...jobs.map((job) => resourcesOf(job, file)),
      ) as Resources,
    },
    handlers: Object.fromEntries(jobs.map((job) => [`${job}Function`, handlerOf(job)])),
    nextFiring: (cron, zone, after) => nextSlot({ text: cron, cron }, zone, after),
  });
  return stack;
}

type Resources = Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>;

function reports(): Resources[string] {
  return { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'reports' } };
}

const load = createRequire(import.meta.url);
// From dist/, where the bundle of this is.
const { queues } = load('../infra/queues.cjs') as { queues: (file: PolicyFile) => Resources };

/** As infra/ has it, in seconds. */
function waiting(file: PolicyFile): Record<string, unknown> {
  const { DelaySeconds, VisibilityTimeout } = queues(file)['BackupQueue']?.Properties ?? {};
  return { DelaySeconds, VisibilityTimeout };
}

/** Otherwise as infra/ has them. */
function resourcesOf(job: Job, file: PolicyFile): Resources {
  const { policies, prune, watch } = file;
  const [policy] = policies;
  const schedule = { backup: policy?.schedule, prune: prune.schedule, watch: watch.schedule }[job];
  const input = {
    job,
    ...(job === 'backup' && { policy: policy?.name }),
    slot: '<aws.scheduler.scheduled-time>',
  };
  return {
    [`${job}Queue`]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: `${job}.fifo`,
        FifoQueue: true,
        ContentBasedDeduplication: true,
        ...waiting(file),
      },
    },
    [`${job}Function`]: { Type: 'AWS::Lambda::Function', Properties: { FunctionName: job, Timeout: 900 } },
    [`${job}Mapping`]: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { BatchSize: 1, EventSourceArn: `${job}Queue.Arn`, FunctionName: `${job}Function` },
    },
    [`${job}Schedule`]: {
      Type: 'AWS::Scheduler::Schedule',
      Properties: {
        ScheduleExpression: schedule?.cron,
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: `${job}Queue.Arn`,
          Input: JSON.stringify({ ...input, trigger: 'schedule' }),
          SqsParameters: { MessageGroupId: 'fan-out' },
        },
      },
    },
  };
}

function fill(place: SimulatedRegion, { instances, days }: Fleet, now: number): void {
  for (let index = 0; index < instances; index += 1) {
    const { id, volumeIds } = place.runInstance({
      launchedAt: now - 400 * DAY,
      tags: { Backup: 'sets', Name: nameOf(index) },
    });
    const [volumeId = ''] = volumeIds;
    for (let day = 1; day <= days; day += 1) {
      const startedAt = now - day * DAY + 3 * 3_600_000;
      place.createForeignSnapshot({
        volumeId,
        startedAt,
        tags: {
          'ec2-backup:deployment': 'bench',
          'ec2-backup:policy': 'sets',
          'ec2-backup:source': id,
          'ec2-backup:slot': new Date(startedAt).toISOString().replace('.000Z', 'Z'),
          'ec2-backup:kind': 'snapshots',
          'ec2-backup:trigger': 'schedule',
          'ec2-backup:volumes': `/dev/xvda=${volumeId.slice('vol-'.length)},gp3`,
          Name: nameOf(index),
        },
      });
    }
  }
}

/** As different as real ones. */
function nameOf(index: number): string {
  return `host-${createHash('sha256').update(String(index)).digest('hex').slice(0, 8)}`;
}

function parsed(text: string): PolicyFile {
  const result = parsePolicies(text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.file;
}
