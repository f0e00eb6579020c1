import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ALL_SERVICES, awsClients, resolveRegion } from '../../../src/lib/aws/clients.ts';
import { isKnownRegion, nearestRegion } from '../../../src/lib/aws/regions.ts';
import { create } from '../../../src/lib/aws/mutate.ts';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_MAX_ATTEMPTS', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test('[H2] creating calls are tried once, whatever the environment says, and the others as the SDK does', async () => {
  vi.stubEnv('AWS_MAX_ATTEMPTS', '7');
  const { ec2, ec2Once } = awsClients({ region: 'ap-northeast-2' }, ALL_SERVICES);
  // The SDK's client has more than the `send` that we ask for.
  if (!(ec2 instanceof EC2Client) || !(ec2Once instanceof EC2Client)) throw new Error('expected EC2 clients');
  expect(await ec2Once.config.maxAttempts()).toBe(1);
  expect(await ec2.config.maxAttempts()).toBe(7);
  expect(await Promise.all([ec2, ec2Once].map(({ config }) => config.region()))).toEqual([
    'ap-northeast-2',
    'ap-northeast-2',
  ]);
});

test('[H2] a 503 reaches the server once for a creating call and several times for a list', async () => {
  const actions: string[] = [];
  const server = createServer((request, response) => {
    request.on('data', (chunk: Buffer) => actions.push(/Action=(\w+)/.exec(chunk.toString())?.[1] ?? ''));
    request.on('end', () => {
      response.statusCode = 503;
      response.end('<Response><Errors><Error><Code>Unavailable</Code></Error></Errors></Response>');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Listening on a port, so it has one.
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
  try {
    const clients = awsClients({ region: 'ap-northeast-2' }, ALL_SERVICES);
    const identity = { policy: 'nightly', source: 'vol-0123456789abcdef0', slot: 0 };
    const action = {
      ...identity,
      action: 'create-snapshot',
      description: 'd',
      reason: 'r',
      tags: [],
    } as const;
    await expect(create(clients, action)).rejects.toMatchObject({ name: 'Unavailable' });
    // A hanging socket must not outlive the Lambda: the queue reckons with half a minute a call.
    if (!(clients.ec2Once instanceof EC2Client)) throw new Error('expected an EC2 client');
    // The SDK's type is that of any handler; Node's tells its settings.
    const handler = clients.ec2Once.config.requestHandler as unknown as { httpHandlerConfigs(): object };
    expect(handler.httpHandlerConfigs()).toMatchObject({
      connectionTimeout: 5000,
      requestTimeout: 30_000,
      throwOnRequestTimeout: true,
    });
    await expect(clients.ec2.send(new DescribeImagesCommand({}))).rejects.toMatchObject({
      name: 'Unavailable',
    });
  } finally {
    server.close();
  }
  expect(actions.filter((name) => name === 'CreateSnapshot')).toHaveLength(1);
  expect(actions.filter((name) => name === 'DescribeImages').length).toBeGreaterThan(1);
});

test.each([
  { region: 'ap-northeast-2', known: true },
  { region: 'us-east-1', known: true },
  { region: 'cn-north-1', known: true },
  { region: 'us-gov-west-1', known: true },
  { region: 'ap-northeast-9', known: false },
  { region: 'AP-NORTHEAST-2', known: false },
  { region: 'seoul', known: false },
  { region: '', known: false },
])('Region $region is known: $known', ({ region, known }) => {
  expect(isKnownRegion(region)).toBe(known);
});

test('the Region is that of AWS_REGION', async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  expect(await resolveRegion()).toBe('eu-west-1');
});

test('without a Region it rejects', async () => {
  vi.stubEnv('AWS_REGION', undefined);
  await expect(resolveRegion()).rejects.toThrow(/region/i);
});

test.each([
  { name: 'ap-norteast-2', near: 'ap-northeast-2' },
  { name: 'AP-NORTHEAST-2', near: 'ap-northeast-2' },
  { name: 'us-gov-wset-1', near: 'us-gov-west-1' },
  { name: 'cn-northwset-1', near: 'cn-northwest-1' },
  { name: 'eusc-de-east1', near: 'eusc-de-east-1' },
  { name: 'il-centrl-1', near: 'il-central-1' },
  { name: 'seoul', near: undefined },
  { name: 'zz-middle-77', near: undefined },
])('the Region nearest to $name is $near', ({ name, near }) => {
  expect(nearestRegion(name)).toBe(near);
});
