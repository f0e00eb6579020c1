export function isoOf(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
