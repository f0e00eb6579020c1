/** Resources of a CloudFormation template whose functions are filled in: `Ref` by the logical id, `Fn::GetAtt` by `Id.Arn`. */
export interface StackTemplate {
  readonly Resources: Readonly<Record<string, StackResource>>;
}

interface StackResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The properties of one resource, or of a structure in them, read one by one. What is wrong is an Error with its path. */
export class Properties {
  readonly id: string;
  readonly #path: string;
  readonly #values: ReadonlyMap<string, unknown>;

  constructor(id: string, values: object, path = id) {
    this.id = id;
    this.#path = path;
    this.#values = new Map(Object.entries(values));
  }

  /** Nothing of a resource is passed over: what is not known here is an Error. */
  only(...names: readonly string[]): this {
    for (const name of this.#values.keys()) {
      if (!names.includes(name)) throw new Error(`Stack: ${this.#path}.${name} is not simulated`);
    }
    return this;
  }

  text(name: string): string {
    return this.#expect(name, this.optionalText(name), 'a text');
  }

  optionalText(name: string): string | undefined {
    return this.#as(name, 'a text', (value) => typeof value === 'string');
  }

  number(name: string): number {
    return this.#expect(name, this.optionalNumber(name), 'a number');
  }

  optionalNumber(name: string): number | undefined {
    return this.#as(name, 'a number', (value) => typeof value === 'number');
  }

  flag(name: string): boolean {
    return this.#as(name, 'true or false', (value) => typeof value === 'boolean') ?? false;
  }

  inner(name: string): Properties | undefined {
    const value = this.#as(name, 'a structure', isStructure);
    return value === undefined ? undefined : new Properties(this.id, value, `${this.#path}.${name}`);
  }

  list(name: string): readonly Properties[] {
    const list = this.#as(name, 'a list of structures', isListOfStructures) ?? [];
    return list.map((item, index) => new Properties(this.id, item, `${this.#path}.${name}[${index}]`));
  }

  /** As it stands in the template. */
  structure(name: string): object {
    return this.#expect(name, this.#as(name, 'a structure', isStructure), 'a structure');
  }

  texts(name: string): readonly string[] {
    return this.#expect(name, this.#as(name, 'a list of texts', isListOfTexts), 'a list of texts');
  }

  /** The logical id that `Id` or `Id.Arn` stands for. */
  reference(name: string): string {
    return this.text(name).replace(/\.Arn$/, '');
  }

  #as<T>(name: string, expected: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.#values.get(name);
    if (value === undefined || is(value)) return value;
    throw new Error(`Stack: ${this.#path}.${name} is ${JSON.stringify(value)}, expected ${expected}`);
  }

  #expect<T>(name: string, value: T | undefined, expected: string): T {
    if (value === undefined) throw new Error(`Stack: ${this.#path}.${name} is missing, expected ${expected}`);
    return value;
  }
}

function isStructure(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOfStructures(value: unknown): value is readonly object[] {
  return Array.isArray(value) && value.every(isStructure);
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/** The resources of a type, in the order of the template. */
export function resourcesOfType({ Resources }: StackTemplate, type: string): readonly Properties[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id, { Properties: values = {} }]) => new Properties(id, values));
}
