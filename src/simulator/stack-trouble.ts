import { noFaults, type FaultPlan } from './faults.ts';

/** What goes wrong between the services of a stack. Each is asked once for each thing that happens. Times are ms. */
export interface StackTrouble {
  /**
   * How long after its time each delivery of a schedule's firing, or of an event that a rule matched, comes. Scheduler
   * and EventBridge promise at least one; none is a dead letter.
   */
  deliveries(id: string, firesAt: number): readonly number[];
  /** How long a message that can be received waits until it is. */
  pickUpDelay(): number;
  /** Whether a function's message is not deleted although it ended well: it comes again. */
  losesDeletion(): boolean;
  /** What goes wrong with the calls of one invocation, counted over all Regions. */
  faults(functionId: string): FaultPlan;
}

export const NO_TROUBLE: StackTrouble = {
  deliveries: () => [0],
  pickUpDelay: () => 0,
  losesDeletion: () => false,
  faults: () => noFaults,
};
