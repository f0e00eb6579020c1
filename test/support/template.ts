/** What infra/ makes of a policy file, as a test reads it. */

import { createRequire } from 'node:module';
import type { PolicyFile } from '../../src/lib/policy/policy.ts';
import type { Statement } from './iam.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}

const load = createRequire(import.meta.url);

// CommonJS without types, as Serverless wants it: what its functions take and answer is said here.
export const { resourcesOf } = load('../../infra/resources.cjs') as {
  resourcesOf: (file: PolicyFile) => Template;
};
export const { regionOf } = load('../../infra/region.cjs') as {
  regionOf: (file: PolicyFile, argv: readonly string[]) => string;
};

export const { namesOf } = load('../../infra/names.cjs') as {
  namesOf: (file: PolicyFile) => {
    readonly functions: Readonly<Record<string, string>>;
    readonly failed: Readonly<Record<string, string>>;
  };
};

export const ACCOUNT = '111122223333';
export const REGION = 'ap-northeast-2';

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': ACCOUNT,
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
};

/** Ref, Fn::Sub and Fn::GetAtt as CloudFormation would fill them in; a resource of the template reads `BackupFailed.Arn`. */
export function resolve(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolve);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [word, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (word === 'Ref') return PSEUDO[String(argument)] ?? argument;
  if (word === 'Fn::GetAtt' && Array.isArray(argument)) return argument.join('.');
  if (word === 'Fn::Sub')
    return String(argument).replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => pseudo(name));
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolve(inner)]));
}

function pseudo(name: string): string {
  const known = PSEUDO[name];
  if (known === undefined) throw new Error(`\${${name}} is not known to the tests`);
  return known;
}

/** The properties of a resource, resolved. */
export function propertiesOf(template: Template, id: string): Readonly<Record<string, unknown>> {
  const resource = template.Resources[id];
  if (!resource) throw new Error(`no resource ${id}, only ${Object.keys(template.Resources).join(', ')}`);
  return resolve(resource.Properties) as Record<string, unknown>;
}

/** The properties of every resource of a type, in the order of the template. */
export function resourcesOfType({ Resources }: Template, type: string): Readonly<Record<string, unknown>>[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([, { Properties }]) => resolve(Properties) as Record<string, unknown>);
}

interface Role {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] };
  readonly Policies: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
}

/** What a role may do. Roles that have a name stand there by their ARN. */
export function statementsOf(template: Template, id: string): readonly Statement[] {
  return roleOf(template, id)
    .Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map((statement) => ({ ...statement, Resource: [statement.Resource].flat().map(arnIn(template)) }));
}

function arnIn(template: Template): (resource: string) => string {
  return (resource) => {
    const id = resource.endsWith('.Arn') ? resource.slice(0, -'.Arn'.length) : '';
    return template.Resources[id]?.Properties['RoleName'] === undefined ? resource : arnOfRole(template, id);
  };
}

/** Who may take it on. */
export function trustOf(template: Template, id: string): readonly unknown[] {
  return roleOf(template, id).AssumeRolePolicyDocument.Statement;
}

/** The ARN of a role that has a name. */
export function arnOfRole(template: Template, id: string): string {
  const { RoleName, Path } = roleOf(template, id);
  if (RoleName === undefined || Path === undefined) throw new Error(`the role ${id} has no name, or no path`);
  return `arn:aws:iam::${ACCOUNT}:role${Path}${RoleName}`;
}

function roleOf(template: Template, id: string): Role {
  // The shape of AWS::IAM::Role, which cfn-lint checks.
  return propertiesOf(template, id) as unknown as Role;
}
