import * as z from 'zod';
import type { Parsed } from './keep.ts';

/** The `error` option of a zod type. */
export interface Complaint {
  readonly error: (issue: { readonly input?: unknown }) => string;
}

/** A value as a message shows it: never long, never a whole structure. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return 'a map';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** `<value> is not <noun>, expected <expected>`, or `missing, expected …`. */
export function complaint(noun: string, expected: string, hint?: (value: unknown) => string): Complaint {
  return {
    error: ({ input }) => {
      if (input === undefined) return `missing, expected ${expected}`;
      const said = input === null ? 'empty' : `${show(input)} is not ${noun}`;
      return `${said}, expected ${expected}${hint?.(input) ?? ''}`;
    },
  };
}

/** For text that YAML reads as a number or a switch when it is not quoted. */
export function quotingHint(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? ' (put it in quotes)' : '';
}

/** Text of a shape that a regular expression can say. */
export function textLike(pattern: RegExp, complain: Complaint): z.ZodString {
  return z.string(complain).regex(pattern, complain);
}

/** A map with these words only; a word that is not among them is an `unrecognized_keys` issue. */
export function section<Shape extends z.ZodRawShape>(noun: string, shape: Shape) {
  return z.strictObject(shape, complaint(noun, `a map with ${Object.keys(shape).join(', ')}`));
}

/** Turns one of our parsers into a zod transform; its problem becomes the issue. */
export function into<Input, Output>(parse: (input: Input) => Parsed<Output>) {
  return (input: Input, context: z.RefinementCtx): Output => {
    const parsed = parse(input);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: 'custom', message: parsed.problem });
    return z.NEVER;
  };
}
