/** The function `rehearse` behind its queue: rounds that send themselves on, a sweep, and what is logged and measured. */

import { ReceiveMessageCommand, DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, test } from 'vitest';
import { rehearseHandler } from '../../src/handlers/rehearse-job.ts';
import type { MetricRecord } from '../../src/lib/report/metrics.ts';
import type { LogRecord } from '../../src/lib/report/log-records.ts';
import { formatInstant } from '../../src/lib/policy/instant.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { rehearsable, type Rehearsed } from '../support/rehearsing.ts';
import { MINUTE } from '../support/scenario.ts';

const QUEUE = 'ec2-backup-test-rehearse.fifo';

interface Worked {
  readonly rounds: number;
  readonly records: readonly LogRecord[];
  readonly metrics: readonly MetricRecord[];
}

/** Works off a request and all that it sends on to itself, a minute apart. */
async function work({ scenario }: Rehearsed, request: object): Promise<Worked> {
  const { region, clock } = scenario;
  const url = region.createQueue({ name: QUEUE, fifo: true, contentBasedDeduplication: true });
  const given = { home: scenario.account, file: scenario.file, region: region.name, clock };
  const { environment, records, metrics } = recordedEnvironment({ ...given, addresses: { queue: url } });
  const handle = async (body: string): Promise<void> => {
    const end = clock.now() + 15 * MINUTE;
    const event = { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] };
    await rehearseHandler(environment)(event, { getRemainingTimeInMillis: () => end - clock.now() });
  };
  const slot = formatInstant(clock.now());
  await handle(JSON.stringify({ job: 'rehearse', slot, trigger: 'schedule', ...request }));
  for (let rounds = 0; ; rounds += 1) {
    clock.advance(MINUTE);
    const { Messages = [] } = await region.sqs.send(new ReceiveMessageCommand({ QueueUrl: url }));
    const [message] = Messages;
    if (message?.Body === undefined) return { rounds, records, metrics };
    await handle(message.Body);
    await region.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
  }
}

function sum(metrics: readonly MetricRecord[], name: string): number | undefined {
  const own = metrics.filter((one) => one.name === name);
  return own.length === 0 ? undefined : own.reduce((total, { value }) => total + value, 0);
}

describe('the function rehearse', () => {
  test('goes on round by round until nothing is left, and counts the rehearsal once', async () => {
    const place = await rehearsable();
    const { rounds, records, metrics } = await work(place, { policy: 'nightly' });
    expect(rounds).toBeGreaterThan(3);
    expect(rounds).toBeLessThan(15);
    expect(sum(metrics, 'Rehearsed')).toBe(1);
    expect(sum(metrics, 'FailedRehearsals')).toBe(0);
    expect(sum(metrics, 'FailedRuns')).toBe(0);
    expect(records.filter(({ level }) => level === 'error')).toEqual([]);
    expect(place.scenario.region.launching.groups().filter(({ name }) => name !== '')).toEqual([]);
  });

  test('of a failed rehearsal says so in log and metrics, and cleans up all the same', async () => {
    const place = await rehearsable();
    place.scenario.region.launching.setAgents({ exitCode: 3, output: 'inactive\n' });
    const { records, metrics } = await work(place, { policy: 'sets' });
    expect(sum(metrics, 'FailedRehearsals')).toBe(1);
    expect(sum(metrics, 'Rehearsed')).toBeUndefined();
    const said = records.filter(({ level }) => level === 'error').map(({ fields }) => JSON.stringify(fields));
    expect(said.join('\n')).toContain('the command ended with exit code 3: inactive');
    expect(place.scenario.region.launching.groups().filter(({ name }) => name !== '')).toEqual([]);
  });

  test('without a policy sweeps, and says how many are overdue also when none is', async () => {
    const place = await rehearsable();
    const { rounds, metrics, records } = await work(place, {});
    // To its one place.
    expect(rounds).toBe(1);
    expect(sum(metrics, 'OverdueRehearsals')).toBe(0);
    expect(sum(metrics, 'FailedRehearsals')).toBe(0);
    expect(records.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('that can never begin is a failed run, told and not asked for again', async () => {
    const place = await rehearsable();
    place.scenario.region.deregisterByHand(place.ami);
    const { records, metrics } = await work(place, { policy: 'nightly' });
    expect(sum(metrics, 'FailedRuns')).toBe(1);
    const said = records.filter(({ level }) => level === 'error').map(({ fields }) => JSON.stringify(fields));
    expect(said.join('\n')).toContain('policy nightly has no good recovery point here');
  });

  test('asked by hand without changing anything answers what it would do', async () => {
    const { scenario, source, ami } = await rehearsable();
    const { region, clock } = scenario;
    const given = { home: scenario.account, file: scenario.file, region: region.name, clock };
    const { environment } = recordedEnvironment(given);
    const answer = await rehearseHandler(environment)({ policy: 'nightly', dryRun: true });
    expect(answer).toMatchObject({ start: { source, point: ami, type: 'm5.large' }, ongoing: [] });
    expect(region.calls.filter(({ command }) => command === 'CreateSecurityGroup')).toEqual([]);
  });
});
