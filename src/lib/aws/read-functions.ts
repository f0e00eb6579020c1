import {
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  ListEventSourceMappingsCommand,
  type FunctionConfiguration,
} from '@aws-sdk/client-lambda';
import type { DeployedFunction, DeployedMapping } from '../plan/doctor-functions.ts';
import type { DeploymentClients } from './deployment-clients.ts';
import { errorCode } from './errors.ts';
import { everyPage } from './pages.ts';
import { optional } from './shapes.ts';

/** Of the functions' environment, by serverless.yml. */
const POLICIES = 'POLICIES_SHA256';

type Lambda = Pick<DeploymentClients, 'lambda'>;

/** A function of the account and Region by its name, with what hands it the messages of a queue; undefined when there is none. */
export async function readFunction(
  clients: Lambda,
  { name, queue }: { readonly name: string; readonly queue: string },
): Promise<DeployedFunction | undefined> {
  const { lambda } = clients;
  try {
    const configuration = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
    const { ReservedConcurrentExecutions } = await lambda.send(
      new GetFunctionConcurrencyCommand({ FunctionName: name }),
    );
    return {
      ...optional('broken', brokenBy(configuration)),
      ...optional('policies', configuration.Environment?.Variables?.[POLICIES]),
      ...optional('reserved', ReservedConcurrentExecutions),
      mappings: await readMappings(clients, name, queue),
    };
  } catch (error) {
    if (errorCode(error) === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Inactive is no fault: so is a function that nobody has called for weeks, and the next call wakes it. */
function brokenBy(configuration: FunctionConfiguration): string | undefined {
  const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = configuration;
  if (State === 'Failed') return StateReason ?? State;
  return LastUpdateStatus === 'Failed' ? (LastUpdateStatusReason ?? LastUpdateStatus) : undefined;
}

async function readMappings({ lambda }: Lambda, name: string, queue: string): Promise<DeployedMapping[]> {
  const found: DeployedMapping[] = [];
  const pages = everyPage(async (token) => {
    const { EventSourceMappings = [], NextMarker } = await lambda.send(
      new ListEventSourceMappingsCommand({
        FunctionName: name,
        EventSourceArn: queue,
        ...optional('Marker', token),
      }),
    );
    return { items: EventSourceMappings, nextToken: NextMarker };
  });
  for await (const { UUID = '', State = '' } of pages) found.push({ id: UUID, state: State });
  return found;
}
