/** The roles against the messages that the functions send, receive and delete: what the simulated account saw. */

import { describe, expect, test } from 'vitest';
import { backupHandler } from '../../src/handlers/backup-job.ts';
import { digestHandler } from '../../src/handlers/digest-job.ts';
import type { Environment } from '../../src/handlers/environment.ts';
import type { Handler } from '../../src/handlers/job.ts';
import { pruneHandler } from '../../src/handlers/prune-job.ts';
import { registerPoliciesHandler } from '../../src/handlers/register-policies-job.ts';
import { watchHandler } from '../../src/handlers/watch-job.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION } from '../support/cloudformation.ts';
import { deploy } from '../support/deployed.ts';
import { recordedEnvironment } from '../support/environment.ts';
import { HOUR, MINUTE, START, Scenario } from '../support/scenario.ts';
import { propertiesOf, resourcesOf, statementsOf } from '../support/template.ts';
import { refusedBy } from './asked.ts';

const scenario = new Scenario();
const template = resourcesOf(scenario.file);

/** The template's own reference to a queue or topic that AWS knows by its ARN. */
const references = new Map(
  Object.entries(template.Resources).flatMap(([id, { Type }]) => {
    const { QueueName, TopicName } = propertiesOf(template, id);
    if (Type === 'AWS::SQS::Queue') return [[arnOf('sqs', QueueName), `${id}.Arn`] as const];
    return Type === 'AWS::SNS::Topic' ? [[arnOf('sns', TopicName), id] as const] : [];
  }),
);

function arnOf(service: string, name: unknown): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${String(name)}`;
}

const urlOf = (name: string): string =>
  `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/ec2-backup-test-${name}`;

function environmentFor(job: string): Environment {
  return recordedEnvironment({
    file: scenario.file,
    home: scenario.account,
    region: REGION,
    clock: scenario.clock,
    addresses: {
      queue: urlOf(`${job}.fifo`),
      backupQueue: urlOf('backup.fifo'),
      reportsQueue: urlOf('reports'),
      topic: arnOf('sns', 'ec2-backup-test'),
    },
  }).environment;
}

/** What a function that is handed these requests by its queue asks of SQS and SNS. */
async function messagesOf(handler: Handler, ...requests: object[]): Promise<Asked[]> {
  const { region, account, clock } = scenario;
  const seen = region.calls.length;
  for (const request of requests) {
    const body = JSON.stringify(request);
    const end = clock.now() + 15 * MINUTE;
    await handler(
      { Records: [{ messageId: '1', eventSource: 'aws:sqs', body }] },
      { getRemainingTimeInMillis: () => end - clock.now() },
    );
  }
  const now = new Authorisations(account.account, region);
  return region.calls
    .slice(seen)
    .filter(({ service }) => service === 'sqs' || service === 'sns')
    .flatMap((call) => now.of(call))
    .map((asked) => ({ ...asked, resource: references.get(asked.resource) ?? asked.resource }));
}

const PLACE = { account: ACCOUNT, region: REGION };

describe('a function’s messages', () => {
  const slot = new Date(START).toISOString().replace('.000Z', 'Z');
  const asOf = (job: string, more: object = {}): object => ({ job, slot, trigger: 'schedule', ...more });

  test('are all allowed to its role', async () => {
    const { region, clock, file } = scenario;
    deploy(region, file);
    for (let count = 0; count < 3; count += 1) region.runInstance({ tags: { Backup: 'nightly' } });
    clock.advance(HOUR);
    const sent = {
      Backup: await messagesOf(
        backupHandler(environmentFor('backup')),
        asOf('backup', { policy: 'nightly' }),
      ),
      Prune: await messagesOf(pruneHandler(environmentFor('prune')), asOf('prune')),
      RegisterPolicies: await messagesOf(
        registerPoliciesHandler(environmentFor('register-policies')),
        asOf('register-policies'),
      ),
      Watch: await messagesOf(
        watchHandler(environmentFor('watch')),
        asOf('watch'),
        asOf('watch', { place: PLACE }),
      ),
      // Two reports of one place: the older one is deleted.
      Digest: [
        ...(await messagesOf(watchHandler(environmentFor('watch')), asOf('watch', { place: PLACE })).then(
          () => [],
        )),
        ...(await messagesOf(digestHandler(environmentFor('digest')), asOf('digest'))),
      ],
    };
    const actions = Object.entries(sent).map(([job, asked]) => [
      job,
      [...new Set(asked.map(({ action, resource }) => `${action} ${resource}`))].sort(),
    ]);
    expect(Object.fromEntries(actions)).toEqual({
      Backup: ['sqs:SendMessage BackupQueue.Arn'],
      Prune: ['sqs:SendMessage PruneQueue.Arn'],
      RegisterPolicies: ['sqs:SendMessage RegisterPoliciesQueue.Arn'],
      Watch: [
        'sqs:SendMessage BackupQueue.Arn',
        'sqs:SendMessage Reports.Arn',
        'sqs:SendMessage WatchQueue.Arn',
      ],
      Digest: ['sns:Publish Topic', 'sqs:DeleteMessage Reports.Arn', 'sqs:ReceiveMessage Reports.Arn'],
    });
    for (const [job, asked] of Object.entries(sent))
      expect(refusedBy(statementsOf(template, `${job}Role`), asked), job).toEqual([]);
  });
});
