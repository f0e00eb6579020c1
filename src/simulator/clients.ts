import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DLMClient } from '@aws-sdk/client-dlm';
import type { EBSClient } from '@aws-sdk/client-ebs';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { STSClient } from '@aws-sdk/client-sts';
import type { ServiceName } from './commands.ts';
import { checkAlive, type Dispatcher, type SentCommand } from './dispatcher.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** The clients of one process for one Region, under the names that the product gives them. None of them retries by itself. */
export interface SimulatedClients {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly ec2Once: Pick<EC2Client, 'send'>;
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly dlm: Pick<DLMClient, 'send'>;
  readonly dlmOnce: Pick<DLMClient, 'send'>;
  readonly iam: Pick<IAMClient, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly ssmOnce: Pick<SSMClient, 'send'>;
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
  readonly lambda: Pick<LambdaClient, 'send'>;
  readonly scheduler: Pick<SchedulerClient, 'send'>;
  readonly cloudWatch: Pick<CloudWatchClient, 'send'>;
  readonly kms: Pick<KMSClient, 'send'>;
  /** The Recycle Bin, with commands of any kind that carry their operation's name as the SDK's do. */
  readonly rbin: { readonly send: (command: SentCommand) => Promise<object> };
  readonly ebs: Pick<EBSClient, 'send'>;
}

export function clientsOf(world: World, dispatcher: Dispatcher, process: SimulatedProcess): SimulatedClients {
  // The SDK's `send` is overloaded by command class; only its promise form is simulated, hence the casts.
  const to = (service: ServiceName): Sender => sender(world, { dispatcher, process, service });
  const ec2 = { send: to('ec2') as EC2Client['send'] };
  const ssm = { send: to('ssm') as SSMClient['send'] };
  const dlm = { send: to('dlm') as DLMClient['send'] };
  return {
    ec2,
    ec2Once: ec2,
    autoScaling: { send: to('autoscaling') as AutoScalingClient['send'] },
    sts: { send: to('sts') as STSClient['send'] },
    dlm,
    dlmOnce: dlm,
    ssm,
    ssmOnce: ssm,
    iam: { send: to('iam') as IAMClient['send'] },
    sqs: { send: to('sqs') as SQSClient['send'] },
    sns: { send: to('sns') as SNSClient['send'] },
    lambda: { send: to('lambda') as LambdaClient['send'] },
    scheduler: { send: to('scheduler') as SchedulerClient['send'] },
    cloudWatch: { send: to('cloudwatch') as CloudWatchClient['send'] },
    kms: { send: to('kms') as KMSClient['send'] },
    rbin: { send: to('rbin') },
    ebs: { send: to('ebs') as EBSClient['send'] },
  };
}

type Sender = (command: SentCommand, ...rest: unknown[]) => Promise<object>;

interface Line {
  readonly dispatcher: Dispatcher;
  readonly process: SimulatedProcess;
  readonly service: ServiceName;
}

/**
 * Without latency a call takes effect at once and only its answer comes by promise. With latency it takes effect
 * that much later, beside others that are under way, and not at all when its process has died by then.
 */
function sender(world: World, { dispatcher, process, service }: Line): Sender {
  return async (command, ...rest) => {
    if (rest.some((argument) => typeof argument === 'function')) {
      throw new Error('The simulated account does not know the callback form of send');
    }
    const { latency } = world.settings;
    if (latency > 0) {
      checkAlive(process);
      await world.sleep(latency);
    }
    return dispatcher.send(process, service, command);
  };
}
