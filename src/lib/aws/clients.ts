import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DLMClient } from '@aws-sdk/client-dlm';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

/** What we need of the SDK's clients; the simulated account answers it too. */
export interface Clients {
  /** Lists, and calls that may safely be repeated: the SDK retries them. */
  readonly ec2: Pick<EC2Client, 'send'>;
  /** CreateImage, CreateSnapshot and CreateSnapshots take no client token, so a retry by the SDK would double them. */
  readonly ec2Once: Pick<EC2Client, 'send'>;
  readonly autoScaling: Pick<AutoScalingClient, 'send'>;
  readonly sts: Pick<STSClient, 'send'>;
  readonly dlm: Pick<DLMClient, 'send'>;
  /** CreateLifecyclePolicy takes no client token either. */
  readonly dlmOnce: Pick<DLMClient, 'send'>;
  /** Only to look at the roles that DLM is given. */
  readonly iam: Pick<IAMClient, 'send'>;
}

/** Clients for one Region, with the SDK's own conventions for credentials, profile and endpoint. */
export function awsClients(region: string): Clients {
  return {
    ec2: new EC2Client({ region }),
    ec2Once: new EC2Client({ region, maxAttempts: 1 }),
    autoScaling: new AutoScalingClient({ region }),
    sts: new STSClient({ region }),
    dlm: new DLMClient({ region }),
    dlmOnce: new DLMClient({ region, maxAttempts: 1 }),
    iam: new IAMClient({ region }),
  };
}

/** The Region of AWS_REGION or the profile; throws where neither names one. */
export function resolveRegion(): Promise<string> {
  return new EC2Client({}).config.region();
}
