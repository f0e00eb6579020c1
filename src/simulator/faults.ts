/** What goes wrong with one call. */
export type Fault =
  | { readonly kind: 'throttle' }
  /** A 503 (of DLM and IAM a 500), sent before or after the service took the call. */
  | { readonly kind: 'unavailable'; readonly accepted: boolean }
  /** Accepted, then a socket error in place of the answer. */
  | { readonly kind: 'lost-answer' }
  /** Refused with this code; nothing happens. The status is 400 unless given. */
  | { readonly kind: 'error'; readonly name: string; readonly message?: string; readonly status?: number }
  /** Accepted; what it makes ends in `failed` or `error`. For calls that create. */
  | { readonly kind: 'fails-later'; readonly reason: string }
  /** The caller's process dies before the call is sent, or after it took effect and before its answer. */
  | { readonly kind: 'die'; readonly when: 'before' | 'after' };

interface FaultCall {
  /** 1-based over the Region's calls since its fault plan was last set. */
  readonly n: number;
  readonly command: string;
  readonly input: unknown;
}

export type FaultPlan = (call: FaultCall) => Fault | undefined;

export const noFaults: FaultPlan = () => undefined;

/** The n-th call (1-based) of the Region, whatever it is. */
export function onNth(n: number, fault: Fault): FaultPlan {
  return (call) => (call.n === n ? fault : undefined);
}

/** The nth call (1-based) of this command, such as the second `CreateImage`. */
export function onCommand(name: string, nth: number, fault: Fault): FaultPlan {
  let seen = 0;
  return (call) => {
    if (call.command !== name) return undefined;
    seen += 1;
    return seen === nth ? fault : undefined;
  };
}
