/** `hooks:` of a policy that the Lambdas run; DLM's are in dlm-schema.ts, as they take other words. */

import * as z from 'zod';
import type { Parsed } from './keep.ts';
import type { Hooks } from './policy.ts';
import { complaint, into, quotingHint, section, show, textLike } from './schema-words.ts';
import { isDlm, isMap, wordOf } from './written.ts';
import { checkVss, isVss, VSS_TIMEOUT } from './vss-document.ts';
import type { Finding, Path } from './yaml-source.ts';

/** Seconds, of documents that freeze and thaw. */
const SCRIPT_TIMEOUT = { least: 10, most: 120, usual: 60 } as const;
const DOCUMENT_EXPECTED = 'the name or ARN of an SSM document, at most 200 characters, such as my-freeze';
// What every document of DLM's contract has; the run fills them in.
const PARAMETER_EXPECTED = 'the name of a parameter of the document other than command and executionId';
const PARAMETER = /^(?!(?:command|executionId)$)[a-zA-Z0-9_.-]{1,100}$/;
const VALUE_EXPECTED = 'text of at most 1000 characters';

export const hooksSchema = section('a map', {
  document: textLike(
    /^(?:[a-zA-Z0-9_\-.]{3,128}|arn:[a-zA-Z0-9_\-.:/]{3,196})$/,
    complaint('a document', DOCUMENT_EXPECTED),
  ).describe(
    'The SSM document that is run on the instance. One that was written for DLM works as it is. AWSEC2-VssInstallAndSnapshot makes the snapshots itself, on Windows.',
  ),
  timeout: z
    .unknown()
    .meta({
      anyOf: [
        { type: 'integer', minimum: SCRIPT_TIMEOUT.least, maximum: VSS_TIMEOUT.most },
        { type: 'string', pattern: '^[0-9]{2,3}s$' },
      ],
    })
    .transform(into(parseTimeout))
    .optional()
    .describe(
      'How many seconds each run of it may take, 10 to 120, 60 to 900 of VSS. Default: 60, 600 of VSS.',
    ),
  onFailure: z
    .enum(['crash-consistent', 'skip'], complaint('what to do', 'crash-consistent or skip'))
    .default('crash-consistent')
    .describe('When the pre-script fails: a crash-consistent backup all the same (default), or none.'),
  parameters: z
    .record(
      z.string(),
      z
        .string(complaint('a value', VALUE_EXPECTED, quotingHint))
        .max(1000, complaint('a value', VALUE_EXPECTED)),
      complaint('a map', 'a map of names of parameters to values'),
    )
    .meta({ propertyNames: { pattern: PARAMETER.source } })
    .superRefine((parameters, context) => {
      for (const name of Object.keys(parameters).filter((one) => !PARAMETER.test(one))) {
        const message = `${show(name)} is not a parameter, expected ${PARAMETER_EXPECTED}`;
        context.addIssue({ code: 'custom', path: [name], message });
      }
    })
    .default({})
    .describe('Further parameters of the document.'),
}).describe('Freezes and thaws the application around the backup. Only for instances.');

function timeoutOf(document: unknown): typeof SCRIPT_TIMEOUT | typeof VSS_TIMEOUT {
  return typeof document === 'string' && isVss(document) ? VSS_TIMEOUT : SCRIPT_TIMEOUT;
}

/** Which document it is of is not known here: `checkHooks` knows the bounds. */
function parseTimeout(value: unknown): Parsed<number> {
  const seconds = secondsOf(value);
  if (seconds !== undefined) return { ok: true, value: seconds };
  return { ok: false, problem: timeoutProblem(value, SCRIPT_TIMEOUT) };
}

/** Seconds, as a number or as DLM's policies write them: `60s`. */
function secondsOf(value: unknown): number | undefined {
  const written = typeof value === 'string' ? /^(\d{2,3})s$/.exec(value)?.[1] : undefined;
  const seconds = written === undefined ? value : Number(written);
  return typeof seconds === 'number' && Number.isInteger(seconds) ? seconds : undefined;
}

function timeoutProblem(value: unknown, { least, most, usual }: ReturnType<typeof timeoutOf>): string {
  return `${show(value)} is not a timeout, expected seconds from ${least} to ${most}, such as ${usual}`;
}

export function hooksOf({
  document,
  timeout = timeoutOf(document).usual,
  onFailure,
  parameters,
}: z.output<typeof hooksSchema>): Hooks {
  return { document, timeout, onFailure, parameters };
}

/** What the schema cannot say of a policy's `hooks`: whether there is an instance that goes on running. */
export function checkHooks(path: Path, policy: unknown): readonly Finding[] {
  const hooks = wordOf(policy, 'hooks');
  if (!isMap(policy) || hooks === undefined || isDlm(policy) !== false) return [];
  const at = [...path, 'hooks'];
  if (policy['backup'] === 'volume') {
    const message =
      'a volume runs nothing, expected hooks only with backup: image or snapshots, which are of instances';
    return [{ path: at, message, at: 'key' }];
  }
  if (policy['backup'] === 'image' && policy['reboot'] === true) {
    const message =
      'reboot: true shuts the instance down for the backup, so there is nothing to freeze: expected hooks or reboot: true, not both';
    return [{ path: at, message, at: 'key' }];
  }
  return [...checkTimeout(at, hooks), ...checkVss(at, { backup: policy['backup'], hooks })];
}

function checkTimeout(path: Path, hooks: unknown): readonly Finding[] {
  const timeout = wordOf(hooks, 'timeout');
  const bounds = timeoutOf(wordOf(hooks, 'document'));
  const seconds = secondsOf(timeout);
  if (seconds === undefined || (seconds >= bounds.least && seconds <= bounds.most)) return [];
  return [{ path: [...path, 'timeout'], message: timeoutProblem(timeout, bounds), at: 'value' }];
}
