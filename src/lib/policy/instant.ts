const ISO_SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

export const INSTANT_EXPECTED = 'an ISO 8601 time with its zone, such as 2026-11-22T18:00:00Z';

/** Parses an ISO 8601 instant, which must say its zone; undefined for anything else, 30 February included. */
export function parseInstant(text: string): number | undefined {
  if (!ISO_SECONDS.test(text) || !isCalendarDay(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** `2026-11-22T18:00:00Z`: the form of tags, messages and JSON, in whole seconds. */
export function formatInstant(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

/** `2026-11-22T18:00Z`: for people, where seconds say nothing. */
export function formatMinute(time: number): string {
  return `${new Date(time).toISOString().slice(0, 16)}Z`;
}

/** `20261122T180000Z`: the form that an AMI's name can carry. */
export function formatCompact(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

// V8 reads 30 February as 2 March.
function isCalendarDay(text: string): boolean {
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))];
  return day <= 28 || new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}
