import type { z } from 'zod';
import { checkFile } from './checks.ts';
import { assembleDefaults } from './default-policies.ts';
import { assembleDlm } from './dlm-policy.ts';
import { isBesideThePoint } from './engine-checks.ts';
import type { Policy, PolicyFile, RetiredPolicy } from './policy.ts';
import { fileSchema, SECTIONS, type ParsedFile } from './schema.ts';
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
  const parsed = source.value === undefined ? undefined : fileSchema.safeParse(source.value);
  const findings = [
    ...source.findings,
    ...(parsed?.error?.issues ?? [])
      .flatMap((issue) => findingsOf(issue))
      .filter(({ path }) => !isBesideThePoint(path, source.value)),
    ...(parsed ? checkFile(source.value) : []),
  ];
  if (parsed?.success && findings.length === 0) return { ok: true, file: assemble(parsed.data) };
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

function assemble({ policies, retired, defaultPolicies, targets, ...file }: ParsedFile): PolicyFile {
  const all = Object.entries(policies);
  return {
    ...file,
    policies: all
      .filter(([, { engine }]) => engine !== 'dlm')
      .map(([name, policy]) => assemblePolicy(name, policy, file.timezone)),
    dlmPolicies: all
      .filter(([, { engine }]) => engine === 'dlm')
      .map(([name, policy]) => assembleDlm(name, policy, file.timezone)),
    targets: targets.map(({ account, region, rolePrefix, externalId }) => ({
      account,
      region,
      ...(rolePrefix !== undefined && { rolePrefix }),
      ...(externalId !== undefined && { externalId }),
    })),
    defaultPolicies: assembleDefaults(defaultPolicies),
    retired: Object.entries(retired).map(([name, policy]) => assembleRetired(name, policy, file.timezone)),
  };
}

function assemblePolicy(name: string, policy: ParsedFile['policies'][string], zone: string): Policy {
  const { backup, schedule, reboot, select } = policy;
  return { ...assembleRetired(name, policy, zone), backup, schedule, reboot, ...(select && { select }) };
}

function assembleRetired(name: string, policy: ParsedFile['retired'][string], zone: string): RetiredPolicy {
  const { keep, timezone = zone, releaseAfterSourceGone } = policy;
  return { name, timezone, keep, ...(releaseAfterSourceGone !== undefined && { releaseAfterSourceGone }) };
}

/** An issue of zod as our findings: one a word that is not known, and the best branch of a union. */
function findingsOf(issue: z.core.$ZodIssue, above: Finding['path'] = []): readonly Finding[] {
  const path = [...above, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (issue.code === 'unrecognized_keys') {
    // A key __proto__ is reported by readYaml.
    const keys = issue.keys.filter((key) => key !== '__proto__');
    return keys.map((key) => ({ path: [...path, key], message: unknownWord(path, key), at: 'key' }));
  }
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find(
      (issues) => !issues.some((one) => one.code === 'invalid_type' && one.path.length === 0),
    );
    if (branch) return branch.flatMap((one) => findingsOf(one, path));
  }
  return [{ path, message: issue.message, at: 'value' }];
}

function unknownWord(path: Finding['path'], key: string): string {
  const section = SECTIONS.find(
    (one) =>
      one.path.length === path.length &&
      one.path.every((step, index) => step === '*' || step === path[index]),
  );
  const { words = [], later = [] } = section ?? {};
  if (later.includes(key)) return `${key} is not yet supported`;
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
