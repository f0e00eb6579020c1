import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DLMClient } from '@aws-sdk/client-dlm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { KMSClient } from '@aws-sdk/client-kms';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { RecycleBinClient } from './recycle-bin-client.ts';

/** What we need of the SDK's clients; the simulated account answers it too. */
export interface Clients {
  /** Lists, and calls that may safely be repeated: the SDK retries them. */
  readonly ec2: Pick<EC2Client, 'send'>;
  /** CreateImage, CreateSnapshot, CreateSnapshots and CopySnapshot take no client token, so a retry by the SDK would double them. */
  readonly ec2Once: Pick<EC2Client, 'send'>;
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly dlm: Pick<DLMClient, 'send'>;
  /** CreateLifecyclePolicy takes no client token either. */
  readonly dlmOnce: Pick<DLMClient, 'send'>;
  /** Only to look at the roles that DLM is given. */
  readonly iam: Pick<IAMClient, 'send'>;
  /** Only to look at keys. */
  readonly kms: Pick<KMSClient, 'send'>;
  /** Only for the commands of rehearsals and of hooks. */
  readonly ssm: Pick<SSMClient, 'send'>;
  /** SendCommand takes no client token. */
  readonly ssmOnce: Pick<SSMClient, 'send'>;
  /**
   * Waits for the turn of one call of EC2, by its operation, and answers clients with which it goes out at once. Absent:
   * calls have no pace.
   */
  readonly inTurn?: (operation: string) => Promise<Clients>;
  /** Long lists are read in parts side by side: see parts.ts. Only for what looks and deletes nothing. */
  readonly inParts?: true;
  /** Only to read the rules of the Recycle Bin, by the command line: see recycle-bin-client.ts. */
  readonly rbin: RecycleBinClient;
}

/** What a list is read with. */
export type ListClients = Pick<Clients, 'ec2' | 'inParts'>;

/** Where requests, reports and words for people go, at home. */
export interface MessageClients {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly sns: Pick<SNSClient, 'send'>;
}

/** Keys that end; the SDK asks for new ones before `expiration`. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

/** Where the clients work and, unless it is in the process's own name, in whose. */
export interface Access {
  readonly region: string;
  readonly credentials?: () => Promise<Credentials>;
}

/** A call is over within so many ms, answered or not: by default a socket may hang for ever. */
export const CALL_TIMEOUT = 30_000;
export const requestHandler = {
  connectionTimeout: 5_000,
  requestTimeout: CALL_TIMEOUT,
  throwOnRequestTimeout: true,
};

/** Makes clients of some services: a Lambda carries only those that its job calls. */
export type Service = (access: Access) => Partial<Clients>;

export const ec2Service: Service = (access) => ({
  ec2: new EC2Client({ ...access, requestHandler }),
  ec2Once: new EC2Client({ ...access, requestHandler, maxAttempts: 1 }),
});

export const autoScalingService: Service = (access) => ({
  autoScaling: new AutoScalingClient({ ...access, requestHandler }),
});

export const dlmService: Service = (access) => ({
  dlm: new DLMClient({ ...access, requestHandler }),
  dlmOnce: new DLMClient({ ...access, requestHandler, maxAttempts: 1 }),
});

export const iamService: Service = (access) => ({ iam: new IAMClient({ ...access, requestHandler }) });

export const kmsService: Service = (access) => ({ kms: new KMSClient({ ...access, requestHandler }) });
export const ssmService: Service = (access) => ({
  ssm: new SSMClient({ ...access, requestHandler }),
  ssmOnce: new SSMClient({ ...access, requestHandler, maxAttempts: 1 }),
});

/** Every service that any command uses. */
export const ALL_SERVICES: readonly Service[] = [
  ec2Service,
  autoScalingService,
  dlmService,
  iamService,
  kmsService,
  ssmService,
];

/**
 * Clients with the SDK's own conventions for credentials, profile and endpoint. A service that is not among the given
 * ones has a client that throws.
 */
export function awsClients(access: Access, services: readonly Service[]): Clients {
  const made = services.map((service) => service(access));
  return Object.assign(
    {
      ec2: missing('EC2'),
      ec2Once: missing('EC2'),
      autoScaling: missing('Auto Scaling'),
      sts: new STSClient({ ...access, requestHandler }),
      dlm: missing('DLM'),
      dlmOnce: missing('DLM'),
      iam: missing('IAM'),
      kms: missing('KMS'),
      ssm: missing('Systems Manager'),
      ssmOnce: missing('Systems Manager'),
      rbin: missing('the Recycle Bin'),
    },
    ...made,
  ) as Clients; // Object.assign types the sum of what it is given as an intersection
}

export function awsMessageClients(region: string): MessageClients {
  return { sqs: new SQSClient({ region, requestHandler }), sns: new SNSClient({ region, requestHandler }) };
}

function missing(service: string): { send: () => never } {
  return {
    send: () => {
      throw new Error(`this program was made without a client of ${service}`);
    },
  };
}

/** The Region of AWS_REGION or the profile; throws where neither names one. */
export function resolveRegion(): Promise<string> {
  return new EC2Client({}).config.region();
}
