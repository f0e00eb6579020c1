import type { RoleRecord } from './records.ts';
import type { World } from './world.ts';

/** Who calls with the credentials of a role that was taken on. */
export interface RoleSession {
  readonly account: string;
  readonly roleArn: string;
  readonly sessionName: string;
  /** When its credentials end, in milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the others of an organisation may come to know of an account. Both go on changing. */
interface Member {
  readonly roles: ReadonlyMap<string, RoleRecord>;
  /** By Region. */
  readonly worlds: ReadonlyMap<string, World>;
}

/** Simulated accounts that know of each other's roles, and of what they share. Each account is in one of its own unless told. */
export class SimulatedOrganisation {
  readonly #members = new Map<string, Member>();
  readonly #sessions = new Map<string, RoleSession>();

  /** An account with its roles by name. @throws when it is there already */
  join(account: string, member: Member): void {
    if (this.#members.has(account))
      throw new Error(`Simulated organisation: there are two accounts ${account}`);
    this.#members.set(account, member);
  }

  /** The role of this ARN, in any account. */
  role(arn: string): RoleRecord | undefined {
    const account = arn.split(':')[4] ?? '';
    const name = arn.split('/').at(-1) ?? '';
    const role = this.#members.get(account)?.roles.get(name);
    return role?.arn === arn ? role : undefined;
  }

  /** A Region of an account. */
  world(account: string, region: string): World | undefined {
    return this.#members.get(account)?.worlds.get(region);
  }

  /** A Region of each account that has it. */
  worldsOf(region: string): readonly World[] {
    return [...this.#members.values()].flatMap(({ worlds }) => worlds.get(region) ?? []);
  }

  open(accessKeyId: string, session: RoleSession): void {
    this.#sessions.set(accessKeyId, session);
  }

  /** Whose the credentials are that AssumeRole gave. */
  session(accessKeyId: string): RoleSession | undefined {
    return this.#sessions.get(accessKeyId);
  }
}
