import type {
  EvaluationResult,
  GetRoleRequest,
  GetRoleResponse,
  PolicyEvaluationDecisionType,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { SimulatedServiceError } from './errors.ts';
import type { RoleRecord } from './records.ts';
import type { Command, World } from './world.ts';

const BOUNDS = [1, 1000] as const;
const DEFAULT_ITEMS = 100;

export const getRole: Command<GetRoleRequest, GetRoleResponse> = {
  parameters: { RoleName: true },
  run(world, { RoleName: name = '' }) {
    const role = world.roles.get(name);
    if (role === undefined) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return {
      Role: {
        Path: role.path,
        RoleName: role.name,
        RoleId: role.id,
        Arn: role.arn,
        CreateDate: new Date(role.createdAt),
        AssumeRolePolicyDocument: encoded(role.trust),
        MaxSessionDuration: 3600,
      },
    };
  },
};

/** A result for each action on each resource, in pages. */
export const simulatePrincipalPolicy: Command<SimulatePrincipalPolicyRequest, SimulatePolicyResponse> = {
  parameters: { PolicySourceArn: true, ActionNames: true, ResourceArns: true, MaxItems: true, Marker: true },
  run(world, input) {
    const { PolicySourceArn: arn = '', ActionNames: actions = [], ResourceArns: resources = ['*'] } = input;
    const role = roleOf(world, arn);
    checkActions(actions);
    const page = world.pager.page<EvaluationResult>({
      command: 'SimulatePrincipalPolicy',
      input: { arn, actions, resources },
      token: input.Marker,
      maxResults: input.MaxItems ?? DEFAULT_ITEMS,
      bounds: BOUNDS,
      find: () =>
        actions.flatMap((action) =>
          resources.map((resource) => ({
            EvalActionName: action,
            EvalResourceName: resource,
            EvalDecision: decide(role, action),
            MatchedStatements: [],
            MissingContextValues: [...role.conditionKeys],
          })),
        ),
    });
    return {
      EvaluationResults: [...page.items],
      IsTruncated: page.nextToken !== undefined,
      ...(page.nextToken !== undefined && { Marker: page.nextToken }),
    };
  },
};

function roleOf(world: World, arn: string): RoleRecord {
  const role = [...world.roles.values()].find((candidate) => candidate.arn === arn);
  if (role === undefined) throw noSuchEntity(`The entity ${arn} cannot be found.`);
  return role;
}

function checkActions(actions: readonly string[]): void {
  const wrong = actions.find((action) => !/^[\w-]+:[\w*-]+$/.test(action));
  if (actions.length > 0 && wrong === undefined) return;
  const shown = wrong === undefined ? 'ActionNames is empty' : `Invalid action name: ${wrong}`;
  throw new SimulatedServiceError('InvalidInputException', `${shown}, expected service:action`, 400);
}

function noSuchEntity(message: string): SimulatedServiceError {
  return new SimulatedServiceError('NoSuchEntityException', message, 404);
}

/** What the role's permissions say of an action on any resource. */
export function decide({ allowed, denied }: RoleRecord, action: string): PolicyEvaluationDecisionType {
  const matches = (pattern: string): boolean => isLike(pattern.toLowerCase(), action.toLowerCase());
  if (denied.some(matches)) return 'explicitDeny';
  return allowed.some(matches) ? 'allowed' : 'implicitDeny';
}

/** `*` is any text, `?` any one character. */
export function isLike(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

/** IAM answers policy documents URL-encoded by RFC 3986, which leaves fewer characters than JavaScript does. */
function encoded(document: object): string {
  const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(JSON.stringify(document)).replaceAll(/[!'()*]/g, hex);
}
