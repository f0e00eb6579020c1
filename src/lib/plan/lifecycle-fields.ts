/** A lifecycle policy's details as fields that can be compared: defaults left out, order of lists that has no meaning too. */

/** `Schedules[weekly].RetainRule.Count` with its value as text. Ascending by name. */
export type Fields = ReadonlyMap<string, string>;

type Json = Readonly<Record<string, unknown>>;

const NO_DEFAULT = undefined;

/**
 * Every field that we send, and the value that DLM fills in where we or somebody else sent none. What DLM may answer
 * beside these is its own affair: it was not asked for and cannot be put right.
 */
const KNOWN: ReadonlyMap<string, string | undefined> = new Map([
  ['PolicyType', 'EBS_SNAPSHOT_MANAGEMENT'],
  ['PolicyLanguage', 'STANDARD'],
  ['ResourceTypes', NO_DEFAULT],
  ['ResourceLocations', 'CLOUD'],
  ['TargetTags', NO_DEFAULT],
  ...within('Parameters', [
    ['ExcludeBootVolume', 'false'],
    ['NoReboot', 'true'],
    ['ExcludeDataVolumeTags', NO_DEFAULT],
  ]),
  ...within('Schedules[]', [
    ['CopyTags', 'false'],
    ['TagsToAdd', NO_DEFAULT],
    ['VariableTags', NO_DEFAULT],
    ['CreateRule.Location', 'CLOUD'],
    ['CreateRule.CronExpression', NO_DEFAULT],
    ['CreateRule.Interval', NO_DEFAULT],
    ['CreateRule.IntervalUnit', 'HOURS'],
    ['CreateRule.Times', NO_DEFAULT],
    ...within('CreateRule.Scripts[]', [
      ['ExecutionHandler', NO_DEFAULT],
      ['ExecutionHandlerService', 'AWS_SYSTEMS_MANAGER'],
      ['Stages', 'POST, PRE'],
      ['ExecuteOperationOnScriptFailure', 'true'],
      ['ExecutionTimeout', '10'],
      ['MaximumRetryCount', '0'],
    ]),
    ...retention('RetainRule'),
    ...retention('FastRestoreRule'),
    ['FastRestoreRule.AvailabilityZones', NO_DEFAULT],
    ['FastRestoreRule.AvailabilityZoneIds', NO_DEFAULT],
    ...within('CrossRegionCopyRules[]', [
      ['Encrypted', NO_DEFAULT],
      ['CmkArn', NO_DEFAULT],
      ['CopyTags', 'false'],
      ...retention('RetainRule'),
      ...retention('DeprecateRule'),
    ]),
    ...within('ShareRules[]', [
      ['TargetAccounts', NO_DEFAULT],
      ['UnshareInterval', NO_DEFAULT],
      ['UnshareIntervalUnit', NO_DEFAULT],
    ]),
    ...retention('DeprecateRule'),
    ...retention('ArchiveRule.RetainRule.RetentionArchiveTier'),
  ]),
  ['ResourceType', NO_DEFAULT],
  ['CreateInterval', '1'],
  ['RetainInterval', '7'],
  ['CopyTags', 'false'],
  ['ExtendDeletion', 'false'],
  ['CrossRegionCopyTargets', NO_DEFAULT],
  ...within('Exclusions', [
    ['ExcludeBootVolumes', 'false'],
    ['ExcludeVolumeTypes', NO_DEFAULT],
    ['ExcludeTags', NO_DEFAULT],
  ]),
]);

function within(
  path: string,
  fields: readonly (readonly [string, string | undefined])[],
): [string, string | undefined][] {
  return fields.map(([name, value]) => [`${path}.${name}`, value]);
}

function retention(path: string): [string, string | undefined][] {
  return ['Count', 'Interval', 'IntervalUnit'].map((name) => [`${path}.${name}`, NO_DEFAULT]);
}

/** The fields of `PolicyDetails`, ours or DLM's, that are not what they would be without being said. */
export function fieldsOf(details: object): Fields {
  const fields = [...leaves(details, '')].filter(([path, value]) => {
    return KNOWN.has(anyOf(path)) && defaultOf(path) !== value && !isImplied(path, details);
  });
  return new Map(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a field is when nothing is said of it; undefined where that is nothing. */
export function defaultOf(field: string): string | undefined {
  return KNOWN.get(anyOf(field));
}

function anyOf(field: string): string {
  return field.replaceAll(/\[[^\]]*\]/g, '[]');
}

/** A default policy's type follows from its kind, whether DLM answers it or not. */
function isImplied(path: string, details: object): boolean {
  return path === 'PolicyType' && 'PolicyLanguage' in details && details.PolicyLanguage === 'SIMPLIFIED';
}

function* leaves(value: unknown, path: string): Generator<[string, string]> {
  if (value === undefined || value === null) return;
  if (Array.isArray(value)) yield* leavesOfList(value, path);
  else if (isMap(value)) {
    for (const [key, inner] of Object.entries(value)) {
      yield* leaves(inner, path === '' ? key : `${path}.${key}`);
    }
  } else {
    const text = scalarText(value);
    yield [path, path.endsWith('CronExpression') ? oneSpaced(text) : text];
  }
}

/** Lists of structures by what names them; any other list is a set, and one field. */
function* leavesOfList(list: readonly unknown[], path: string): Generator<[string, string]> {
  const nameOf = NAMED.get(path.slice(path.lastIndexOf('.') + 1));
  if (!nameOf) {
    if (list.length > 0) yield [path, list.map(itemText).sort().join(', ')];
    return;
  }
  const taken = new Map<string, number>();
  for (const [index, item] of list.entries()) {
    const name = (isMap(item) ? nameOf(item) : undefined) ?? String(index);
    const times = (taken.get(name) ?? 0) + 1;
    taken.set(name, times);
    yield* leaves(item, `${path}[${times === 1 ? name : `${name} ${times}`}]`);
  }
}

/** A Region may stand in either word: Target was added to snapshot policies later. */
const NAMED: ReadonlyMap<string, (item: Json) => string | undefined> = new Map([
  ['Schedules', (item: Json) => textOf(item['Name'])],
  ['CrossRegionCopyRules', (item: Json) => textOf(item['Target']) ?? textOf(item['TargetRegion'])],
  ['ShareRules', () => undefined],
  ['Scripts', () => undefined],
]);

/** One item of a set, quoted where it could be taken for several. */
function itemText(item: unknown): string {
  if (!isMap(item)) return quoted(scalarText(item));
  if (typeof item['Key'] === 'string') return quoted(`${item['Key']}=${scalarText(item['Value'])}`);
  return textOf(item['TargetRegion']) ?? JSON.stringify(item);
}

/** A text, a number or a switch, as which every leaf of PolicyDetails comes. */
function scalarText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(text: string): string {
  return /[",]/.test(text) ? JSON.stringify(text) : text;
}

function oneSpaced(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
