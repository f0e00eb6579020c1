/** What went wrong with the calls of functions, and when: whoever judges what they did must know. */

import type { SimulatedClock } from '../../src/simulator/clock.ts';
import type { FaultPlan } from '../../src/simulator/faults.ts';
import type { StackTrouble } from '../../src/simulator/stack-trouble.ts';

export interface LoggedFault {
  readonly at: number;
  /** Undefined where it is the place that refuses. */
  readonly functionId?: string;
  readonly command: string;
  readonly kind: string;
}

export class FaultLog {
  readonly #faults: LoggedFault[] = [];

  /** The same trouble, noted down. */
  noting(trouble: StackTrouble, clock: SimulatedClock): StackTrouble {
    return {
      ...trouble,
      faults: (functionId) => {
        const plan = trouble.faults(functionId);
        return (call) => {
          const fault = plan(call);
          if (fault)
            this.#faults.push({ at: clock.now(), functionId, command: call.command, kind: fault.kind });
          return fault;
        };
      },
    };
  }

  /** The same plan of a place's calls, which nobody knows the function of, noted down. */
  notingCalls(plan: FaultPlan, clock: SimulatedClock): FaultPlan {
    return (call) => {
      const fault = plan(call);
      if (fault) this.#faults.push({ at: clock.now(), command: call.command, kind: fault.kind });
      return fault;
    };
  }

  between(from: number, to: number): readonly LoggedFault[] {
    return this.#faults.filter(({ at }) => at >= from && at <= to);
  }
}
