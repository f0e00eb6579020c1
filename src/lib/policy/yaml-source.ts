import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, Pair, YAMLMap } from 'yaml';

export type Path = readonly (string | number)[];

/** A problem of the file, before its line is looked up. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  /** What to point at: the word itself, or what stands behind it; or an offset into the text. */
  readonly at: 'key' | 'value' | number;
}

interface Position {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
}

export interface YamlSource {
  /** Undefined when the text is not YAML. */
  readonly value: unknown;
  readonly findings: readonly Finding[];
  readonly positionOf: (finding: Finding) => Position;
}

/** Reads YAML without judging its content: syntax, keys given twice, and where each word stands. Never throws. */
export function readYaml(text: string): YamlSource {
  const lines = new LineCounter();
  // `uniqueKeys` of the library compares all pairs of keys; a large hostile file would take minutes.
  const read = attempt(() =>
    parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, logLevel: 'error' }),
  );
  if ('finding' in read) return { value: undefined, findings: [read.finding], positionOf: () => START };
  const document = read.value;
  const positionOf = positionsOf(document, lines);
  const broken = syntaxFindings(document);
  if (broken.length > 0) return { value: undefined, findings: broken, positionOf };
  const walked = attempt(() => walk(document, lines));
  if ('finding' in walked) return { value: undefined, findings: [walked.finding], positionOf };
  const { findings, danglingAlias } = walked.value;
  if (danglingAlias) return { value: undefined, findings, positionOf };
  const plain = attempt((): unknown => document.toJS());
  if ('finding' in plain) return { value: undefined, findings: [...findings, plain.finding], positionOf };
  return { value: plain.value, findings, positionOf };
}

const TOO_DEEP = 'it is nested too deeply';
const START: Position = { line: 1, column: 1 };

/** The library throws on alias bombs and on nesting too deep for the stack. */
function attempt<T>(read: () => T): { readonly value: T } | { readonly finding: Finding } {
  try {
    return { value: read() };
  } catch (error) {
    return { finding: { path: [], message: `cannot be read as YAML: ${plainReason(error)}`, at: 0 } };
  }
}

function plainReason(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.includes('call stack') ? TOO_DEEP : reason;
}

/** One finding a place: what the parser says next about the same place only follows from the first. */
function syntaxFindings(document: Document.Parsed): readonly Finding[] {
  const findings = new Map<number | string, Finding>();
  for (const error of [...document.errors, ...document.warnings]) {
    const at = error.pos[0];
    const reason =
      error.code === 'MULTIPLE_DOCS' ? 'a second document starts here, expected one' : plainReason(error);
    // Each level of a nesting that is too deep complains.
    const place = reason === TOO_DEEP ? reason : at;
    if (!findings.has(place)) findings.set(place, { path: [], message: `not valid YAML: ${reason}`, at });
  }
  return [...findings.values()];
}

function walk(document: Document.Parsed, lines: LineCounter) {
  const findings: Finding[] = [];
  const anchors = new Set<string>();
  let danglingAlias = false;
  visit(document, {
    Value: (_, node) => {
      if (node.anchor !== undefined) anchors.add(node.anchor);
      if (isMap(node)) for (const finding of keysOf(node, lines)) findings.push(finding);
    },
    Alias: (_, alias) => {
      if (anchors.has(alias.source)) return;
      danglingAlias = true;
      const message = `the alias *${alias.source} has no anchor before it, expected &${alias.source} further up`;
      findings.push({ path: [], message, at: startOf(alias) ?? 0 });
    },
  });
  return { findings, danglingAlias };
}

function* keysOf(map: YAMLMap, lines: LineCounter): Generator<Finding> {
  const seen = new Map<string, number>();
  for (const { key } of map.items) {
    const at = startOf(key) ?? 0;
    const name = isScalar(key) ? key.value : undefined;
    if (typeof name !== 'string') {
      yield {
        path: [],
        at,
        message: `a key is ${isScalar(key) ? String(name) : 'not text'}, expected text: put it in quotes`,
      };
    } else if (name === '__proto__') {
      yield { path: [], at, message: 'the key __proto__ is not accepted' };
    } else if (seen.has(name)) {
      const first = positionAt(lines, seen.get(name) ?? 0).line;
      yield {
        path: [],
        at,
        message: `${JSON.stringify(name.slice(0, 80))} is given twice, first on line ${first}`,
      };
    } else {
      seen.set(name, at);
    }
  }
}

function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return line > 0 ? { line, column: col } : START;
}

type Lookup = (
  holder: unknown,
  step: string | number,
) => { readonly pair?: Pair; readonly node: unknown } | undefined;

/** Where a finding stands: the nearest part of its path that the file has. */
function positionsOf(document: Document.Parsed, lines: LineCounter): YamlSource['positionOf'] {
  const lookup = lookupIn(document);
  const offsetOf = ({ path, at }: Finding): number => {
    if (typeof at === 'number') return at;
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const [index, step] of path.entries()) {
      const found = lookup(node, step);
      if (!found) return offset;
      node = found.node;
      const wantsValue = at === 'value' && index === path.length - 1 && isScalar(node) && node.value !== null;
      offset = startOf(found.pair && !wantsValue ? found.pair.key : node) ?? offset;
    }
    return offset;
  };
  return (finding) => positionAt(lines, offsetOf(finding));
}

/** Finds what a map or list holds. Keys are indexed once: a file may have a hundred thousand problems. */
function lookupIn(document: Document.Parsed): Lookup {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();
  return (holder, step) => {
    const resolved = isAlias(holder) ? holder.resolve(document) : holder;
    if (isSeq(resolved)) return { node: resolved.items[Number(step)] };
    if (!isMap(resolved)) return undefined;
    const index = indexes.get(resolved) ?? new Map(resolved.items.map((pair) => [keyText(pair), pair]));
    indexes.set(resolved, index);
    const pair = index.get(String(step));
    return pair && { pair, node: pair.value };
  };
}

function keyText({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0]; // only nodes of the parsed document come here
}
