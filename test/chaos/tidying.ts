/** What docs/operations.md tells people to do, and whether anything is left to do after it. */

import { shapeCalls } from '../../src/lib/aws/shape-calls.ts';
import { isProtecting } from '../../src/lib/plan/plan-protect.ts';
import type { Place, PolicyFile } from '../../src/lib/policy/policy.ts';
import type { RunContext } from '../../src/lib/run/context.ts';
import { applyProtect, planProtectRun } from '../../src/lib/run/protect.ts';
import { planPruneRun, runPrune } from '../../src/lib/run/prune.ts';
import { HOME, keyOf, type Deployment } from './deployment.ts';

export class Tidying {
  readonly #deployment: Deployment;
  readonly #file: PolicyFile;
  /** Of EC2's quotas, in percent. */
  readonly #share: number;

  constructor(
    deployment: Deployment,
    { file, share }: { readonly file: PolicyFile; readonly share: number },
  ) {
    this.#deployment = deployment;
    this.#file = file;
    this.#share = share;
  }

  /** Dead letters are redriven, refused prunes are looked at and accepted, and so is what is disabled. */
  async tidy(): Promise<void> {
    const { stack, regions } = this.#deployment;
    const [home] = regions.values();
    for (const id of stack.queueIds().filter((one) => one.endsWith('DeadLetters')))
      home?.redrive(stack.queue(id).name);
    for (const id of stack.queueIds().filter((one) => one.endsWith('Undelivered')))
      home?.purge(stack.queue(id).name);
    for (const context of this.#contexts()) {
      const { refused } = await planPruneRun({}, context);
      for (const { policy, deletions } of refused) await runPrune({ policy, accept: deletions }, context);
      await acceptDisabling(context);
    }
  }

  /** What `protect` would still do, a line each. */
  async unsettled(): Promise<string[]> {
    if (!this.#file.policies.some(isProtecting)) return [];
    const left = this.#contexts().map(async (context) => {
      const { actions, refused } = await planProtectRun({}, context);
      return [
        ...actions.map(({ action, id }) => `${action} of ${id} is still to be done`),
        ...refused.map(({ policy, reason }) => `${policy}: ${reason}`),
      ].map((problem) => `${keyOf(context.place)}: ${problem}`);
    });
    return (await Promise.all(left)).flat();
  }

  #contexts(): readonly RunContext[] {
    return [...this.#deployment.everywhere.keys()].map((place) => {
      const [account = '', region = ''] = place.split('/');
      return this.#contextIn({ account, region });
    });
  }

  #contextIn(place: Place): RunContext {
    const { everywhere, clock } = this.#deployment;
    const enter = (there: Place): RunContext['clients'] => {
      const region = everywhere.get(keyOf(there));
      if (!region) throw new Error(`the seed has no ${keyOf(there)}`);
      return shapeCalls(region.clients, { clock, share: this.#share / 100 });
    };
    const elsewhere = {
      home: () => Promise.resolve(HOME),
      enter: (there: Place) => Promise.resolve(enter(there)),
    };
    return { file: this.#file, place, clients: enter(place), clock, elsewhere };
  }
}

/** Too many at once are refused, looked at and accepted, as prunes are. */
async function acceptDisabling(context: RunContext): Promise<void> {
  if (!context.file.policies.some(({ removal }) => removal)) return;
  const { refused } = await planProtectRun({}, context);
  for (const { policy, deletions: accept } of refused)
    await applyProtect(await planProtectRun({ policy, accept }, context), context);
}
