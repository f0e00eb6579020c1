/** What the JSON answers promise to scripts: the fixed part of their shapes, and no more. */

export interface PlanAnswer {
  readonly version: number;
  readonly actions: readonly {
    readonly action: string;
    readonly id?: string;
    readonly source?: string;
    readonly policy: string;
    readonly reason: string;
    readonly slot: string;
  }[];
  readonly verdicts: readonly {
    readonly id: string;
    readonly source: string;
    readonly policy: string;
    readonly decision: string;
    readonly reasons: readonly string[];
  }[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
  readonly refused: readonly { readonly policy: string; readonly deletions: number }[];
}

export interface RunAnswer {
  readonly version: number;
  readonly outcomes: readonly {
    readonly action: string;
    readonly id: string;
    readonly status: string;
    readonly error?: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly refused: readonly { readonly policy: string; readonly deletions: number }[];
  readonly skipped: readonly { readonly id: string; readonly reason: string }[];
}

export interface JudgedPoint {
  readonly id: string;
  readonly time: string;
  readonly decision: string;
  readonly reasons: readonly string[];
}

/** The tests say what it holds: a shape that is not as promised fails them. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- stands for the cast of every test
export function parseJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
