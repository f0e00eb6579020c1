/**
 * A client of the Recycle Bin (`rbin`, rest-json, model of 2021-06-15) for the two calls that read its rules. The SDK's
 * own is no dependency: the registries that this project is built from have it in one old version only, which drops
 * ExcludeResourceTags from the answers. So it is the SDK's client of another rest-json service, with credentials, retries
 * and settings as ever, and with the Recycle Bin's endpoint, signing name and schemas.
 */

import { $Command, DLMClient, type DLMClientConfig, type DLMClientResolvedConfig } from '@aws-sdk/client-dlm';
import { partition } from '@aws-sdk/core/client';
import { getEndpointPlugin } from '@smithy/core/endpoints';
import { requestHandler, type Access } from './clients.ts';

export type RuleKind = 'EBS_SNAPSHOT' | 'EC2_IMAGE';

export interface ListRulesRequest {
  readonly ResourceType: RuleKind;
  /** 1 to 1000. */
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

export interface ListRulesAnswer {
  readonly Rules?: readonly { readonly Identifier?: string }[];
  readonly NextToken?: string;
}

export interface GetRuleRequest {
  readonly Identifier: string;
}

/** Of the answer, what is read of it. */
export interface GetRuleAnswer {
  readonly Identifier?: string;
  readonly ResourceType?: string;
  readonly RetentionPeriod?: {
    readonly RetentionPeriodValue?: number;
    readonly RetentionPeriodUnit?: string;
  };
  readonly ResourceTags?: readonly ResourceTag[];
  readonly ExcludeResourceTags?: readonly ResourceTag[];
  /** `pending` or `available`: only then does it keep anything. */
  readonly Status?: string;
}

export interface ResourceTag {
  readonly ResourceTagKey?: string;
  readonly ResourceTagValue?: string;
}

/** What is needed of the client; the simulated account answers it too. */
export interface RecycleBinClient {
  send(command: { readonly input: object; readonly schema?: unknown }): Promise<object>;
}

/** One page of the rules of a kind, without their tags. */
export async function listRules(
  client: RecycleBinClient,
  request: ListRulesRequest,
): Promise<ListRulesAnswer> {
  // The schema of the command says what its answer is.
  return client.send(new ListRulesCommand(request));
}

export async function getRule(client: RecycleBinClient, request: GetRuleRequest): Promise<GetRuleAnswer> {
  return client.send(new GetRuleCommand(request));
}

const NAMESPACE = 'com.amazonaws.rbin';
const SIGNING_NAME = 'rbin';

/** The service's name in settings too, as in AWS_ENDPOINT_URL_RBIN. */
const SERVICE_ID = 'rbin';

/** For the command line: the Lambdas do not look at the Recycle Bin, and do not carry this. */
export function recycleBinService(access: Access): { readonly rbin: RecycleBinClient } {
  const client = new DLMClient({
    ...access,
    requestHandler,
    serviceId: SERVICE_ID,
    apiVersion: '2021-06-15',
    endpointProvider,
    protocolSettings: { defaultNamespace: NAMESPACE, errorTypeRegistries: [] },
  });
  // What it does with a command is in the command.
  return { rbin: client };
}

/** The service's rules for endpoints, which are those of most: `rbin[-fips].<region>.<suffix>`. */
const endpointProvider: NonNullable<DLMClientConfig['endpointProvider']> = ({
  Region: region = '',
  Endpoint: endpoint,
  UseFIPS: fips = false,
  UseDualStack: dualStack = false,
}) => {
  const { dnsSuffix, dualStackDnsSuffix } = partition(region);
  const host = `rbin${fips ? '-fips' : ''}.${region}.${dualStack ? dualStackDnsSuffix : dnsSuffix}`;
  return {
    url: new URL(endpoint ?? `https://${host}`),
    properties: {
      authSchemes: [{ name: 'sigv4', signingName: SIGNING_NAME, signingRegion: region, properties: {} }],
    },
  };
};

/** The settings that `endpointProvider` is given. */
const ENDPOINT_PARAMETERS: Parameters<typeof getEndpointPlugin>[1] = {
  UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
  Endpoint: { type: 'builtInParams', name: 'endpoint' },
  Region: { type: 'builtInParams', name: 'region' },
  UseDualStack: { type: 'builtInParams', name: 'useDualstackEndpoint' },
};

// Schemas as the SDK writes them: [3, namespace, name, traits, members, their schemas, how many are required] is a
// structure, [1, …] a list, 0 a string, 1 a number, [0, 1] a string in the path.

const TEXT = 0;
const NUMBER = 1;
const IN_PATH: [number, number] = [TEXT, 1];

type Structure = [3, string, string, number, string[], Member[], number];
type List = [1, string, string, number, Structure];
type Member = number | [number, number] | Structure | List;

function structure(name: string, members: Readonly<Record<string, Member>>, required = 0): Structure {
  return [3, NAMESPACE, name, 0, Object.keys(members), Object.values(members), required];
}

function list(name: string, member: Structure): List {
  return [1, NAMESPACE, name, 0, member];
}

const TAG = structure('ResourceTag', { ResourceTagKey: TEXT, ResourceTagValue: TEXT }, 1);
const PERIOD = structure('RetentionPeriod', { RetentionPeriodValue: NUMBER, RetentionPeriodUnit: TEXT }, 2);
const SUMMARY = {
  Identifier: TEXT,
  Description: TEXT,
  RetentionPeriod: PERIOD,
  LockState: TEXT,
  RuleArn: TEXT,
};

class ListRulesCommand extends builder<ListRulesRequest>('ListRules')
  .sc([
    9,
    NAMESPACE,
    'ListRules',
    { http: ['POST', '/list-rules', 200] },
    structure('ListRulesRequest', { ResourceType: TEXT, MaxResults: NUMBER, NextToken: TEXT }, 1),
    structure('ListRulesResponse', {
      Rules: list('RuleSummaryList', structure('RuleSummary', SUMMARY)),
      NextToken: TEXT,
    }),
  ])
  .build() {}

class GetRuleCommand extends builder<GetRuleRequest>('GetRule')
  .sc([
    9,
    NAMESPACE,
    'GetRule',
    { http: ['GET', '/rules/{Identifier}', 200] },
    structure('GetRuleRequest', { Identifier: IN_PATH }, 1),
    structure('GetRuleResponse', {
      ...SUMMARY,
      ResourceType: TEXT,
      ResourceTags: list('ResourceTags', TAG),
      ExcludeResourceTags: list('ExcludeResourceTags', TAG),
      Status: TEXT,
    }),
  ])
  .build() {}

/** A command up to its schema. */
function builder<Request extends object>(operation: string) {
  return $Command
    .classBuilder<Request, { $metadata: object }, DLMClientResolvedConfig, object, { $metadata: object }>()
    .ep(ENDPOINT_PARAMETERS)
    .m((_command, _stack, config: DLMClientResolvedConfig) => [
      getEndpointPlugin(config, ENDPOINT_PARAMETERS),
    ])
    .s('AmazonRecycleBin', operation, {})
    .n('RecycleBinClient', `${operation}Command`);
}
