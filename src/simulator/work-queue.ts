/** A piece of work that is due at a time, in milliseconds since the epoch. */
interface Task {
  readonly at: number;
  /** Of two tasks of one time, the one that was queued first is done first. */
  readonly order: number;
  readonly work: () => void;
}

/** Work in the order of time: a binary heap. */
export class WorkQueue {
  readonly #heap: Task[] = [];
  #count = 0;

  /** When the first task is due, Infinity when there is none. */
  nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  push(at: number, work: () => void): void {
    this.#count += 1;
    const task = { at, order: this.#count, work };
    let index = this.#heap.length;
    for (;;) {
      const above = (index - 1) >> 1;
      const parent = index > 0 ? this.#heap[above] : undefined;
      if (parent === undefined || isBefore(parent, task)) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = task;
  }

  /** Takes the first task out and does it. */
  doFirst(): void {
    const [first] = this.#heap;
    const last = this.#heap.pop();
    if (first === undefined || last === undefined) return;
    if (first !== last) this.#sink(last);
    first.work();
  }

  /** Puts a task where the first was, and lets it sink to its place. */
  #sink(task: Task): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [this.#heap[left], this.#heap[left + 1]];
      if (a === undefined) break;
      const isRight = b !== undefined && isBefore(b, a);
      const child = isRight ? b : a;
      if (isBefore(task, child)) break;
      this.#heap[index] = child;
      index = isRight ? left + 1 : left;
    }
    this.#heap[index] = task;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at === b.at ? a.order < b.order : a.at < b.at;
}
