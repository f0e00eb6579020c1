/** What infra/ makes of a policy file, as a test reads it. */

import { createRequire } from 'node:module';
import { gapsOf, type Gaps } from '../../scripts/compile-policies.ts';
import type { PolicyFile, Target } from '../../src/lib/policy/policy.ts';
import { ACCOUNT, resolve, type Template } from './cloudformation.ts';
import type { Statement } from './iam.ts';

const load = createRequire(import.meta.url);

// CommonJS without types, as Serverless wants it: what its functions take and answer is said here.
const infra = load('../../infra/resources.cjs') as {
  resourcesOf: (file: PolicyFile, gaps: Gaps) => Template;
};

/** What infra/ makes of a file, as packaging asks for it. */
export function resourcesOf(file: PolicyFile): Template {
  return infra.resourcesOf(file, gapsOf(file));
}

export const { regionOf } = load('../../infra/region.cjs') as {
  regionOf: (file: PolicyFile, argv: readonly string[]) => string;
};

export const { namesOf } = load('../../infra/names.cjs') as {
  namesOf: (file: PolicyFile) => Record<'functions' | 'queues', Readonly<Record<string, string>>>;
};

export const { placeRoles } = load('../../infra/place-roles.cjs') as {
  placeRoles: (file: PolicyFile) => Template;
};

/** As src/lib/policy/places.ts has them; what only the deployment tells is not filled in yet. */
export const infraPlaces = load('../../infra/places.cjs') as {
  placesOf: (file: PolicyFile) => readonly Target[];
  sourcesOf: (file: PolicyFile) => readonly Target[];
  copyPlacesOf: (file: PolicyFile) => readonly Target[];
  hasProtection: (file: PolicyFile) => boolean;
};

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

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

interface ManagedPolicy extends Policy {
  readonly Roles: readonly string[];
}

interface Role {
  readonly RoleName?: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument: { readonly Statement: readonly unknown[] };
  readonly Policies: readonly Policy[];
}

/** What a role may do, by its own policies and those attached to it. Roles that have a name stand there by their ARN. */
export function statementsOf(template: Template, id: string): readonly Statement[] {
  const attached = resourcesOfType(template, 'AWS::IAM::ManagedPolicy')
    // The shape of AWS::IAM::ManagedPolicy, which cfn-lint checks.
    .map((properties) => properties as unknown as ManagedPolicy)
    .filter(({ Roles }) => Roles.includes(id));
  return [...roleOf(template, id).Policies, ...attached]
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
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
