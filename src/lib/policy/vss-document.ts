/** Amazon's documents by which a Windows instance makes its snapshots itself, through VSS, and what a policy may tell them. */

import type { Finding, Path } from './yaml-source.ts';
import { show } from './schema-words.ts';
import { isMap, wordOf } from './written.ts';

/** It installs Amazon's components for VSS, or brings them up to date, before it makes the snapshots. */
const INSTALLS = 'AWSEC2-VssInstallAndSnapshot';
const DOCUMENTS: readonly string[] = [INSTALLS, 'AWSEC2-CreateVssSnapshot'];

/** Seconds for the step that freezes, creates and tags; installing the components is not in them. */
export const VSS_TIMEOUT = { least: 60, most: 900, usual: 600 } as const;

/** Whether a document, by its name or ARN, makes the snapshots itself. */
export function isVss(document: string): boolean {
  return DOCUMENTS.includes(nameOf(document));
}

function nameOf(document: string): string {
  return document.replace(/^arn:.*document\//, '');
}

const SWITCHES: readonly string[] = ['CollectDiagnosticLogs', 'CopyOnly', 'NoWriters', 'SaveVssMetadata'];
const WORDS_EXPECTED = `${SWITCHES.join(', ')} or VssVersion`;

/** Why these are not the policy's to say. */
const RUNS_OWN: Readonly<Record<string, string>> = {
  tags: 'the tags are what makes the snapshots a backup: the run fills them in',
  description: 'the run fills it in',
  executionTimeout: 'it is what timeout of hooks says',
  CreateAmi: 'an AMI of it would be none of ours: it is a set of snapshots that is made',
  AmiName: 'an AMI of it would be none of ours: it is a set of snapshots that is made',
  ExcludeBootVolume: 'it is what the tag Exclude on the boot volume says',
};

/** What is wrong with the hooks of a policy that names such a document, or one that is nearly one. */
export function checkVss(path: Path, { backup, hooks }: { backup: unknown; hooks: unknown }): Finding[] {
  const document = wordOf(hooks, 'document');
  if (typeof document !== 'string') return [];
  const at = [...path, 'document'];
  if (!isVss(document)) return likeVss(document).map((message) => ({ path: at, message, at: 'value' }));
  if (backup === 'image') {
    const message = `${show(document)} makes snapshots, and an AMI of it would have a name that is not ours: expected backup: snapshots`;
    return [{ path: at, message, at: 'value' }];
  }
  return checkParameters([...path, 'parameters'], { document, given: wordOf(hooks, 'parameters') });
}

function likeVss(document: string): string[] {
  if (document === 'AWS_VSS_BACKUP')
    return [`"AWS_VSS_BACKUP" is DLM's word (engine: dlm), expected ${INSTALLS} with engine: lambda`];
  if (!/(?:^|\/)AWSEC2-\w*Vss/.test(document)) return [];
  return [`${show(document)} makes no snapshots by itself, expected ${DOCUMENTS.join(' or ')}`];
}

function checkParameters(
  path: Path,
  { document, given }: { readonly document: string; readonly given: unknown },
): Finding[] {
  if (!isMap(given)) return [];
  const findings = Object.entries(given).flatMap(([name, value]): Finding[] => {
    const unknown = parameterProblem(name, document);
    if (unknown !== undefined) return [{ path: [...path, name], message: unknown, at: 'key' }];
    const message = valueProblem(name, value);
    return message === undefined ? [] : [{ path: [...path, name], message, at: 'value' }];
  });
  if (given['NoWriters'] !== 'True' || given['SaveVssMetadata'] !== 'True') return findings;
  const message = 'NoWriters and SaveVssMetadata exclude each other, expected "True" of one of them at most';
  return [...findings, { path: [...path, 'NoWriters'], message, at: 'key' }];
}

function parameterProblem(name: string, document: string): string | undefined {
  if (SWITCHES.includes(name)) return undefined;
  if (name === 'VssVersion')
    return nameOf(document) === INSTALLS
      ? undefined
      : `VssVersion is only of ${INSTALLS}, which installs that version`;
  const why = RUNS_OWN[name];
  if (why !== undefined) return `${name} cannot be given: ${why}`;
  return `${show(name)} is not a parameter of it that can be given, expected ${WORDS_EXPECTED}`;
}

/** What is not text at all is the schema's to tell. */
function valueProblem(name: string, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (name === 'VssVersion')
    return /^\d+(?:\.\d+){1,3}$/.test(value)
      ? undefined
      : `${show(value)} is not a version, expected such as "2.5.0"`;
  return value === 'True' || value === 'False'
    ? undefined
    : `${show(value)} is not a switch, expected "True" or "False"`;
}
