/** `hooks:` of a policy that the Lambdas run; DLM's are in dlm-schema.ts, as they take other words. */

import * as z from 'zod';
import type { Parsed } from './keep.ts';
import type { Hooks } from './policy.ts';
import { complaint, into, quotingHint, section, show, textLike } from './schema-words.ts';
import { isDlm, isMap, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

const [LEAST, MOST] = [10, 120];
const TIMEOUT_EXPECTED = `seconds from ${LEAST} to ${MOST}, such as 60`;
const DOCUMENT_EXPECTED = 'the name or ARN of an SSM document, at most 200 characters, such as my-freeze';
// What every document of DLM's contract has; the run fills them in.
const PARAMETER_EXPECTED = 'the name of a parameter of the document other than command and executionId';
const PARAMETER = /^(?!(?:command|executionId)$)[a-zA-Z0-9_.-]{1,100}$/;
const VALUE_EXPECTED = 'text of at most 1000 characters';

export const hooksSchema = section('a map', {
  document: textLike(
    /^(?:[a-zA-Z0-9_\-.]{3,128}|arn:[a-zA-Z0-9_\-.:/]{3,196})$/,
    complaint('a document', DOCUMENT_EXPECTED),
  ).describe('The SSM document that is run on the instance. One that was written for DLM works as it is.'),
  timeout: z
    .unknown()
    .meta({
      anyOf: [
        { type: 'integer', minimum: LEAST, maximum: MOST },
        { type: 'string', pattern: '^[0-9]{2,3}s$' },
      ],
    })
    .transform(into(parseTimeout))
    .optional()
    .describe('How many seconds each run of it may take, 10 to 120. Default: 60.'),
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

const DEFAULT_TIMEOUT = 60;

/** Seconds, as a number or as DLM's policies write them: `60s`. */
function parseTimeout(value: unknown): Parsed<number> {
  const written = typeof value === 'string' ? /^(\d{2,3})s$/.exec(value)?.[1] : undefined;
  const seconds = written === undefined ? value : Number(written);
  if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= LEAST && seconds <= MOST) {
    return { ok: true, value: seconds };
  }
  return { ok: false, problem: `${show(value)} is not a timeout, expected ${TIMEOUT_EXPECTED}` };
}

export function hooksOf({
  document,
  timeout = DEFAULT_TIMEOUT,
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
  return vssProblem(at, wordOf(hooks, 'document'));
}

/** Amazon's own documents for VSS make the snapshots themselves, and take other parameters. */
function vssProblem(path: Path, document: unknown): readonly Finding[] {
  if (typeof document !== 'string' || !/^AWS_VSS_BACKUP$|(?:^|\/)AWSEC2-\w*Vss/.test(document)) return [];
  const message = `${show(document)} is not yet supported with engine: lambda; DLM has it as AWS_VSS_BACKUP (engine: dlm)`;
  return [{ path: [...path, 'document'], message, at: 'value' }];
}
