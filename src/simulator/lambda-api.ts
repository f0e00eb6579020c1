import type {
  EventSourceMappingConfiguration,
  FunctionConfiguration,
  GetFunctionConcurrencyRequest,
  GetFunctionConcurrencyResponse,
  GetFunctionConfigurationRequest,
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse,
} from '@aws-sdk/client-lambda';
import { SimulatedServiceError } from './errors.ts';
import type { Command, World } from './world.ts';

const BOUNDS = [1, 100] as const;

/** A function of Lambda. It runs nothing: whoever simulates a deployment invokes its handler. */
export interface FunctionRecord {
  readonly name: string;
  environment: Readonly<Record<string, string>>;
  state: 'Active' | 'Inactive' | 'Failed';
  stateReason?: string;
  lastUpdate: 'Successful' | 'Failed';
  lastUpdateReason?: string;
  /** Undefined: nothing is reserved for it. */
  reserved?: number;
  readonly mappings: MappingRecord[];
}

export interface MappingRecord {
  readonly id: string;
  /** ARN of a queue. */
  readonly source: string;
  state: 'Enabled' | 'Disabled';
}

export const getFunctionConfiguration: Command<GetFunctionConfigurationRequest, FunctionConfiguration> = {
  parameters: { FunctionName: true },
  run(world, { FunctionName }) {
    const found = functionOf(world, FunctionName);
    return {
      FunctionName: found.name,
      FunctionArn: world.arn('lambda', `function:${found.name}`),
      Environment: { Variables: { ...found.environment } },
      State: found.state,
      ...(found.stateReason !== undefined && { StateReason: found.stateReason }),
      LastUpdateStatus: found.lastUpdate,
      ...(found.lastUpdateReason !== undefined && { LastUpdateStatusReason: found.lastUpdateReason }),
    };
  },
};

export const getFunctionConcurrency: Command<GetFunctionConcurrencyRequest, GetFunctionConcurrencyResponse> =
  {
    parameters: { FunctionName: true },
    run(world, { FunctionName }) {
      const { reserved } = functionOf(world, FunctionName);
      return reserved === undefined ? {} : { ReservedConcurrentExecutions: reserved };
    },
  };

/** In pages. */
export const listEventSourceMappings: Command<
  ListEventSourceMappingsRequest,
  ListEventSourceMappingsResponse
> = {
  parameters: { EventSourceArn: true, FunctionName: true, Marker: true, MaxItems: true },
  run(world, { Marker: token, ...input }) {
    const page = world.pager.page<EventSourceMappingConfiguration>({
      command: 'ListEventSourceMappings',
      input,
      token,
      maxResults: input.MaxItems,
      bounds: BOUNDS,
      find: () => mappingsOf(world, input),
    });
    const next = page.nextToken === undefined ? {} : { NextMarker: page.nextToken };
    return { EventSourceMappings: [...page.items], ...next };
  },
};

function mappingsOf(
  world: World,
  { FunctionName, EventSourceArn }: ListEventSourceMappingsRequest,
): EventSourceMappingConfiguration[] {
  const { name, mappings } = functionOf(world, FunctionName);
  return mappings
    .filter(({ source }) => EventSourceArn === undefined || source === EventSourceArn)
    .map(({ id, source, state }) => ({
      UUID: id,
      EventSourceArn: source,
      FunctionArn: world.arn('lambda', `function:${name}`),
      State: state,
    }));
}

function functionOf(world: World, name = ''): FunctionRecord {
  const found = world.store.functions.get(name);
  if (found) return found;
  throw new SimulatedServiceError(
    'ResourceNotFoundException',
    `Function not found: ${world.arn('lambda', `function:${name}`)}`,
    404,
  );
}
