/** The input keys a command takes: `true` for a value or a list of values, a shape for a structure or a list of them. */
export interface Shape {
  readonly [key: string]: true | Shape;
}

export const FILTERS: Shape = { Name: true, Values: true };
export const TAG_SPECIFICATIONS: Shape = { ResourceType: true, Tags: { Key: true, Value: true } };

/**
 * Throws a plain Error that names the path of the first key not in the shape. The simulated account never
 * ignores a parameter: a caller that relies on one it does not know must hear of it.
 */
export function checkParameters(shape: Shape, input: unknown, path: string): void {
  if (Array.isArray(input)) {
    input.forEach((item, index) => checkParameters(shape, item, `${path}[${index}]`));
    return;
  }
  if (typeof input !== 'object' || input === null) {
    throw new Error(`The simulated account: ${path} is ${String(input)}, expected a structure`);
  }
  const given = input as Readonly<Record<string, unknown>>;
  for (const key in given) {
    const value = given[key];
    if (value === undefined) continue;
    const expected = shape[key];
    if (expected === undefined) {
      const known = Object.keys(shape).join(', ');
      throw new Error(`The simulated account does not know the parameter ${path}.${key}; it knows ${known}`);
    }
    if (expected !== true) checkParameters(expected, value, `${path}.${key}`);
  }
}
