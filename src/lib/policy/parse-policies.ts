import type { z } from 'zod';
import { checkFile } from './checks.ts';
import { assembleDefaults } from './default-policies.ts';
import { assembleDlm } from './dlm-policy.ts';
import { isBesideThePoint } from './engine-checks.ts';
import {
  assembleLambdaWords,
  readLambdaWords,
  withoutLambdaWords,
  type LambdaWords,
} from './engine-words.ts';
import type { Policy, PolicyFile, Rehearse, RetiredPolicy } from './policy.ts';
import { lockOf } from './protect-schema.ts';
import { fileSchema, LAMBDA_SECTIONS, SECTIONS, type ParsedFile, type Section } from './schema.ts';
import { didYouMean, nearest } from './suggest.ts';
import { readYaml, type Finding } from './yaml-source.ts';

/** One thing that is wrong with a policy file. */
export interface Problem {
  /** Both count from 1. */
  readonly line: number;
  readonly column: number;
  /** Such as `policies.daily-ami.keep.daily`; empty for the file as a whole. */
  readonly path: string;
  /** What is there and what was expected. */
  readonly message: string;
}

export type PoliciesResult =
  | { readonly ok: true; readonly file: PolicyFile }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const MOST_BYTES = 1_000_000;

/** Parses `policies.yml`: the file with every default filled in, or every problem at once, by line. Never throws. */
export function parsePolicies(text: string, fileName = 'policies.yml'): PoliciesResult {
  if (text.length > MOST_BYTES) {
    const message = `${fileName} has ${text.length} characters, expected at most ${MOST_BYTES}`;
    return { ok: false, problems: [{ line: 1, column: 1, path: '', message }] };
  }
  const source = readYaml(text);
  const ownWords = readLambdaWords(source.value);
  const parsed =
    source.value === undefined ? undefined : fileSchema.safeParse(withoutLambdaWords(source.value));
  const findings = [
    ...source.findings,
    ...withoutEchoes(parsed?.error?.issues ?? [])
      .flatMap((issue) => findingsOf(issue))
      .filter(({ path }) => !isBesideThePoint(path, source.value)),
    ...ownWords.flatMap(({ policy, result }) =>
      withoutEchoes(result.error?.issues ?? []).flatMap((issue) =>
        findingsOf(issue, ['policies', policy], LAMBDA_SECTIONS),
      ),
    ),
    ...(parsed ? checkFile(source.value) : []),
  ];
  if (parsed?.success && findings.length === 0) return { ok: true, file: assemble(parsed.data, ownWords) };
  const problems = findings.map((finding) => ({
    ...source.positionOf(finding),
    path: pathText(finding.path),
    message: finding.message,
  }));
  return { ok: false, problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) };
}

/** A line a problem, as compilers print them, and a last line with their count. */
export function formatProblems(problems: readonly Problem[], fileName: string): string {
  const lines = problems.map(({ line, column, path, message }) =>
    [`${fileName}:${line}:${column}`, path && `${path}:`, message].filter(Boolean).join(' '),
  );
  return [
    ...lines,
    `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in ${fileName}`,
  ].join('\n');
}

function assemble(
  { policies, retired, defaultPolicies, targets, ...file }: ParsedFile,
  ownWords: readonly LambdaWords[],
): PolicyFile {
  const all = Object.entries(policies);
  const ownOf = (name: string): ReturnType<typeof assembleLambdaWords> =>
    assembleLambdaWords(ownWords.find(({ policy }) => policy === name)?.result.data ?? {});
  return {
    ...file,
    policies: all
      .filter(([, { engine }]) => engine !== 'dlm')
      .map(([name, policy]) => ({
        ...assemblePolicy(name, policy, { zone: file.timezone, targets }),
        ...ownOf(name),
      })),
    dlmPolicies: all
      .filter(([, { engine }]) => engine === 'dlm')
      .map(([name, policy]) => assembleDlm(name, policy, file.timezone)),
    targets: targets.map(({ account, region, rolePrefix, externalId, copiesOnly }) => ({
      account,
      region,
      ...(rolePrefix !== undefined && { rolePrefix }),
      ...(externalId !== undefined && { externalId }),
      ...(copiesOnly && { copiesOnly }),
    })),
    defaultPolicies: assembleDefaults(defaultPolicies),
    retired: Object.entries(retired).map(([name, policy]) => assembleRetired(name, policy, file.timezone)),
  };
}

type ParsedPolicy = ParsedFile['policies'][string];

function assemblePolicy(
  name: string,
  policy: ParsedPolicy,
  { zone, targets }: { readonly zone: string; readonly targets: ParsedFile['targets'] },
): Omit<Policy, 'copies'> {
  const { backup, schedule, reboot, select, rehearse, lock, protect, removal } = policy;
  return {
    ...assembleRetired(name, policy, zone),
    backup,
    schedule,
    reboot,
    ...(select && { select }),
    ...(rehearse && { rehearse: assembleRehearse(rehearse, targets) }),
    ...(lock && { lock: lockOf(lock) }),
    ...(protect !== undefined && { protect }),
    ...(removal && { removal }),
  };
}

function assembleRehearse(
  { schedule, subnet, instanceType, command, account, region }: NonNullable<ParsedPolicy['rehearse']>,
  targets: ParsedFile['targets'],
): Rehearse {
  // Where backups are made; without a target for that, where the functions run.
  const [only] = targets.filter(({ copiesOnly }) => !copiesOnly);
  const place =
    account !== undefined && region !== undefined
      ? { account, region }
      : only && { account: only.account, region: only.region };
  return {
    schedule,
    subnet,
    ...(instanceType !== undefined && { instanceType }),
    ...(command !== undefined && { command }),
    ...(place && { place }),
  };
}

type Kept = Pick<ParsedPolicy, 'keep' | 'timezone' | 'releaseAfterSourceGone' | 'protect'>;

function assembleRetired(name: string, policy: Kept, zone: string): RetiredPolicy {
  const { keep, timezone = zone, releaseAfterSourceGone, protect } = policy;
  return {
    name,
    timezone,
    keep,
    ...(releaseAfterSourceGone !== undefined && { releaseAfterSourceGone }),
    ...(protect !== undefined && { protect }),
  };
}

/** A text where a list belongs is for zod also a list of the wrong length. */
function withoutEchoes(issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  const isOther = new Set(
    issues.filter(({ code }) => code === 'invalid_type').map(({ path }) => path.join('.')),
  );
  return issues.filter(
    ({ code, path }) => (code !== 'too_big' && code !== 'too_small') || !isOther.has(path.join('.')),
  );
}

/** An issue of zod as our findings: one a word that is not known, and the best branch of a union. */
function findingsOf(
  issue: z.core.$ZodIssue,
  above: Finding['path'] = [],
  sections: readonly Section[] = SECTIONS,
): readonly Finding[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') {
    // A key __proto__ is reported by readYaml.
    const keys = issue.keys.filter((key) => key !== '__proto__');
    return keys.map((key) => ({
      path: [...path, key],
      message: unknownWord(path, key, sections),
      at: 'key',
    }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find(
      (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
    );
    if (branch) return branch.flatMap((one) => findingsOf(one, path, sections));
  }
  return [{ path, message: issue.message, at: 'value' }];
}

function unknownWord(path: Finding['path'], key: string, sections: readonly Section[]): string {
  const section = sections.find(
    (one) =>
      one.path.length === path.length &&
      one.path.every((step, index) => step === '*' || step === path[index]),
  );
  const { words = [], ofDlm = [] } = section ?? {};
  if (ofDlm.includes(key)) return `${key} is only for engine: dlm, expected it left out with engine: lambda`;
  const unknown = `unknown word ${JSON.stringify(key.slice(0, 80))}`;
  if (nearest(key, words) !== undefined) return unknown + didYouMean(key, words);
  const home = SECTIONS.find((one) => one.path.length > 0 && one.words.includes(key));
  return home ? `${unknown} (it belongs in ${homeText(home.path)})` : unknown + didYouMean(key, words);
}

/** `policies.<name>.copies[]`. */
function homeText(path: readonly string[]): string {
  return path.join('.').replace('*', '<name>').replaceAll('.*', '[]');
}

function pathText(path: Finding['path']): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index > 0 ? `.${step}` : step))
    .join('');
}
