// What happens in EC2 and makes a run happen sooner. Events of other accounts and Regions are told there: those the sweep finds.
const { arnOf } = require('./iam.cjs');
const { ID } = require('./names.cjs');
const { hasCopies } = require('./places.cjs');

const RULE = 'BackupIsMade';

/** Backups of anybody that have become good: an event says nothing of tags. */
const MADE = [
  { 'detail-type': ['EC2 AMI State Change'], detail: { State: ['available'] } },
  {
    'detail-type': ['EBS Snapshot Notification'],
    detail: { event: ['createSnapshot'], result: ['succeeded'] },
  },
  { 'detail-type': ['EBS Multi-Volume Snapshots Completion Status'], detail: { result: ['succeeded'] } },
];

/**
 * The same request for each: the queue's deduplication makes one run of all that is made within five minutes. Nothing where
 * no policy has copies.
 */
function events(file) {
  if (!hasCopies(file)) return {};
  const { queue, undelivered } = ID.replicate;
  const ids = MADE.map((_, index) => `${RULE}${index + 1}`);
  const rules = MADE.map((pattern, index) => [
    ids[index],
    {
      Type: 'AWS::Events::Rule',
      Properties: {
        Description: `ec2-backup, deployment ${file.deployment}: copies what was made`,
        EventPattern: { source: ['aws.ec2'], ...pattern },
        Targets: [
          {
            Id: 'replicate',
            Arn: arnOf(queue),
            Input: JSON.stringify({ job: 'replicate', trigger: 'schedule' }),
            SqsParameters: { MessageGroupId: 'fan-out/replicate' },
            DeadLetterConfig: { Arn: arnOf(undelivered) },
          },
        ],
      },
    },
  ]);
  return {
    ...Object.fromEntries(rules),
    MayAskForCopies: mayAsk(ids, [queue, undelivered]),
  };
}

/** EventBridge has no role for queues: they say who may send. */
function mayAsk(rules, queues) {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: queues.map((id) => ({ Ref: id })),
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: queues.map((id) => ({
          Sid: `AskThrough${id}`,
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: arnOf(id),
          Condition: { ArnEquals: { 'aws:SourceArn': rules.map(arnOf) } },
        })),
      },
    },
  };
}

module.exports = { events };
