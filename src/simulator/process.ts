import { noFaults, type FaultPlan } from './faults.ts';

/**
 * A process of the caller's, such as one invocation of a Lambda. It holds clients of many Regions and accounts,
 * so it dies for all of them: nothing that it sends after that, or is still sending, has an effect.
 */
export class SimulatedProcess {
  dead = false;
  /** How many calls it has sent, which is also the number of the newest one. */
  calls = 0;
  /** What goes wrong with its calls, counted over all Regions; comes before the Region's own plan. */
  faults: FaultPlan = noFaults;
  /** The ARN of the role it has in its own account; one of the simulated account's own unless given. */
  readonly roleArn: string | undefined;

  /** Called once, when it dies. */
  onDeath: (() => void) | undefined;

  constructor(roleArn?: string) {
    this.roleArn = roleArn;
  }

  kill(): void {
    if (this.dead) return;
    this.dead = true;
    this.onDeath?.();
  }
}

/** Whose role a process has in an account. */
export function roleArnIn(account: string, { roleArn }: SimulatedProcess): string {
  const isThere = roleArn?.startsWith(`arn:aws:iam::${account}:`);
  return isThere === true && roleArn !== undefined ? roleArn : `arn:aws:iam::${account}:role/ec2-backup`;
}
