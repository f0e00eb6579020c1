/** Documents of Systems Manager, and what SendCommand takes for their parameters. */

import type { DescribeDocumentRequest, DescribeDocumentResult } from '@aws-sdk/client-ssm';
import { SimulatedServiceError } from './errors.ts';
import { VSS_DOCUMENTS } from './ssm-vss-document.ts';
import type { Command, World } from './world.ts';

/** A parameter of a document, in the words of its content. */
export interface DocumentParameter {
  readonly allowedPattern?: string;
  readonly allowedValues?: readonly string[];
  readonly default?: string;
}

export interface DocumentRecord {
  readonly name: string;
  readonly parameters: Readonly<Record<string, DocumentParameter>>;
}

const AWS_SCRIPTS: readonly DocumentRecord[] = ['AWS-RunShellScript', 'AWS-RunPowerShellScript'].map(
  (name) => ({
    name,
    parameters: { commands: {}, executionTimeout: { default: '3600' } },
  }),
);

const OF_AWS: readonly DocumentRecord[] = [...AWS_SCRIPTS, ...VSS_DOCUMENTS];

/** By name, or by ARN as documents of others must be named. @throws InvalidDocument */
export function findDocument(world: World, nameOrArn: string | undefined): DocumentRecord {
  const own = world.arn('ssm', 'document/');
  const aws = own.replace(`:${world.account}:`, '::');
  const prefix = [own, aws].find((one) => nameOrArn?.startsWith(one) === true) ?? '';
  const name = nameOrArn?.slice(prefix.length);
  const ofAws = prefix === own ? undefined : OF_AWS.find((document) => document.name === name);
  const found = ofAws ?? (prefix === aws ? undefined : world.store.ssmDocuments.get(name ?? ''));
  if (found === undefined)
    throw new SimulatedServiceError('InvalidDocument', `Document ${nameOrArn} does not exist.`);
  return found;
}

export const describeDocument: Command<DescribeDocumentRequest, DescribeDocumentResult> = {
  parameters: { Name: true },
  run(world, { Name }) {
    const { name, parameters } = findDocument(world, Name);
    return {
      Document: {
        Name: name,
        DocumentType: 'Command',
        Status: 'Active',
        Parameters: Object.entries(parameters).map(([parameter, { default: fallback }]) => ({
          Name: parameter,
          Type: 'String',
          ...(fallback !== undefined && { DefaultValue: fallback }),
        })),
      },
    };
  },
};

/** Whether it is a document of DLM's contract, which freezes and thaws. */
export function isHook({ parameters }: DocumentRecord): boolean {
  return 'command' in parameters && 'executionId' in parameters;
}

/** @throws InvalidParameters for a parameter that the document lacks, a missing one, or a value that it does not take */
export function checkDocumentParameters(
  { name, parameters }: DocumentRecord,
  given: Readonly<Record<string, readonly string[]>>,
): void {
  for (const word of Object.keys(given))
    if (!(word in parameters)) throw invalid(`Document ${name} has no parameter ${word}.`);
  for (const [word, { allowedPattern, allowedValues, default: fallback }] of Object.entries(parameters)) {
    const values = given[word] ?? [];
    if (values.length === 0 && fallback === undefined) throw invalid(`The parameter ${word} is missing.`);
    for (const value of values) {
      const fits =
        (allowedPattern === undefined || new RegExp(allowedPattern).test(value)) &&
        (allowedValues === undefined || allowedValues.includes(value));
      if (!fits) throw invalid(`The parameter ${word} does not take ${value}.`);
    }
  }
}

function invalid(message: string): SimulatedServiceError {
  return new SimulatedServiceError('InvalidParameters', message);
}
