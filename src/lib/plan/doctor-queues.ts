/** The queues of the jobs: that they are there, and that nothing lies where failures end. */

import { queueArn, queueNames, type QueueNames } from './deployment-names.ts';
import { fail, listed, listedUpTo, ok, type Check } from './doctor-check.ts';
import type { LifecyclePlace } from './lifecycle-role.ts';

export interface DeployedQueue {
  /** Messages that anybody could receive now, about so many. */
  readonly waiting: number;
  /** ARN of its dead-letter queue; absent when it has none. */
  readonly deadLetters?: string;
}

/** The queues of one job by what they hold; undefined for one that does not exist. */
export type JobQueues = Readonly<Record<keyof QueueNames, DeployedQueue | undefined>>;

/** Where failures end, and what lies there. */
const ENDS = {
  deadLetters: 'requests that failed again and again',
  undelivered: 'schedules that could not be delivered',
  failed: 'runs by hand that failed',
} as const satisfies Record<Exclude<keyof QueueNames, 'requests'>, string>;

const HOW = 'docs/operations.md, "When something went wrong", says how to look and send them again';

export function queueChecks(
  jobs: ReadonlyMap<string, JobQueues>,
  deployment: string,
  place: LifecyclePlace,
): Check[] {
  const all = [...jobs].map(([job, queues]) => ({ queues, names: queueNames(deployment, job) }));
  const missing = all.flatMap(({ names, queues }) =>
    KINDS.filter((kind) => queues[kind] === undefined).map((kind) => names[kind]),
  );
  const wrong = [
    ...(missing.length === 0 ? [] : [fail('queues', `missing: ${listedUpTo(MOST, missing)}. Deploy again`)]),
    ...all.flatMap(({ names, queues }) => jobChecks(names, queues, place)),
  ];
  if (wrong.length > 0) return wrong;
  return [
    ok('queues', `those of ${listed([...jobs.keys()])} are there, and nothing that failed lies in them`),
  ];
}

const KINDS = ['requests', 'deadLetters', 'undelivered', 'failed'] as const satisfies (keyof QueueNames)[];
const MOST = 5;

/** What is wrong with those that exist. */
function jobChecks(names: QueueNames, queues: JobQueues, place: LifecyclePlace): Check[] {
  const { requests } = queues;
  return [
    ...(requests && requests.deadLetters !== queueArn(names.deadLetters, place)
      ? [
          fail(
            'queues',
            `${names.requests} has not ${names.deadLetters} as its dead-letter queue: deploy again`,
          ),
        ]
      : []),
    ...KINDS.flatMap((kind) => {
      const waiting = queues[kind]?.waiting ?? 0;
      if (kind === 'requests' || waiting === 0) return [];
      const what = waiting === 1 ? '1 message lies' : `${waiting} messages lie`;
      return [fail('queues', `${what} in ${names[kind]} (${ENDS[kind]}): ${HOW}`)];
    }),
  ];
}
