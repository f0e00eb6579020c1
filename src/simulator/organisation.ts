import type { RoleRecord } from './records.ts';

/** Who calls with the credentials of a role that was taken on. */
export interface RoleSession {
  readonly account: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** When its credentials end, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Simulated accounts that know of each other's roles. Each account is in one of its own unless told. */
export class SimulatedOrganisation {
  readonly #roles = new Map<string, ReadonlyMap<string, RoleRecord>>();
  readonly #sessions = new Map<string, RoleSession>();

  /** The roles of an account by name, which go on changing. @throws when it is there already */
  join(account: string, roles: ReadonlyMap<string, RoleRecord>): void {
    if (this.#roles.has(account))
      throw new Error(`Simulated organisation: there are two accounts ${account}`);
    this.#roles.set(account, roles);
  }

  /** The role of this ARN, in any account. */
  role(arn: string): RoleRecord | undefined {
    const account = arn.split(':')[4] ?? '';
    const name = arn.split('/').at(-1) ?? '';
    const role = this.#roles.get(account)?.get(name);
    return role?.arn === arn ? role : undefined;
  }

  open(accessKeyId: string, session: RoleSession): void {
    this.#sessions.set(accessKeyId, session);
  }

  /** Whose the credentials are that AssumeRole gave. */
  session(accessKeyId: string): RoleSession | undefined {
    return this.#sessions.get(accessKeyId);
  }
}
