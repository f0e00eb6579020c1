/** The client of the Recycle Bin against a server that speaks as the service does. */

import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ALL_SERVICES, awsClients } from '../../../src/lib/aws/clients.ts';
import { describeError } from '../../../src/lib/aws/errors.ts';
import { readBinRules } from '../../../src/lib/aws/read-bin-rules.ts';
import {
  getRule,
  listRules,
  recycleBinService,
  type RecycleBinClient,
} from '../../../src/lib/aws/recycle-bin-client.ts';
import { serveRecycleBin, type Answer, type Asked } from '../../support/bin-server.ts';

const REGION = 'ap-northeast-2';

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_MAX_ATTEMPTS', undefined);
  vi.stubEnv('AWS_ENDPOINT_URL', undefined);
  vi.stubEnv('AWS_USE_FIPS_ENDPOINT', undefined);
  vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', undefined);
  return () => vi.unstubAllEnvs();
});

interface Served {
  /** A client that the settings lead to the server. */
  readonly rbin: RecycleBinClient;
  readonly asked: readonly Asked[];
}

async function serve(answer: (asked: Asked) => Answer): Promise<Served> {
  const { url, asked } = await serveRecycleBin(answer);
  vi.stubEnv('AWS_ENDPOINT_URL_RBIN', url);
  return { ...recycleBinService({ region: REGION }), asked };
}

const PERIOD = { RetentionPeriodValue: 7, RetentionPeriodUnit: 'DAYS' };
const RULE = {
  Identifier: 'abcDEF12345',
  Description: 'backups',
  RetentionPeriod: PERIOD,
  RuleArn: `arn:aws:rbin:${REGION}:111122223333:rule/abcDEF12345`,
};

describe('a call', () => {
  test('of ListRules is a POST with its parameters in the body, signed for rbin in the Region', async () => {
    const { rbin, asked } = await serve(() => ({ body: { Rules: [RULE], NextToken: 'next' } }));
    const answer = await listRules(rbin, { ResourceType: 'EC2_IMAGE', MaxResults: 5, NextToken: 'this' });
    expect(asked).toMatchObject([
      {
        line: 'POST /list-rules',
        body: { ResourceType: 'EC2_IMAGE', MaxResults: 5, NextToken: 'this' },
        type: 'application/json',
      },
    ]);
    expect(asked[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=test\/\d{8}\/ap-northeast-2\/rbin\/aws4_request, /,
    );
    expect(answer).toMatchObject({ Rules: [RULE], NextToken: 'next' });
  });

  test('of GetRule is a GET of its path, signed for rbin in the Region', async () => {
    const whole = {
      ...RULE,
      ResourceType: 'EBS_SNAPSHOT',
      ResourceTags: [{ ResourceTagKey: 'made-by', ResourceTagValue: 'us' }],
      ExcludeResourceTags: [{ ResourceTagKey: 'made-by', ResourceTagValue: 'them' }],
      Status: 'available',
      LockState: 'locked',
    };
    const { rbin, asked } = await serve(() => ({ body: whole }));
    expect(await getRule(rbin, { Identifier: 'abcDEF12345' })).toMatchObject(whole);
    expect(asked).toMatchObject([{ line: 'GET /rules/abcDEF12345', body: undefined }]);
    expect(asked[0]?.authorization).toContain('/ap-northeast-2/rbin/aws4_request');
  });
});

describe('an error', () => {
  test('has the name and the message that the service gave it', async () => {
    const { rbin, asked } = await serve(() => ({
      status: 403,
      error: 'AccessDeniedException:http://internal.amazon.com/coral/com.amazon.coral.service/',
      body: {
        Message: 'User: arn:aws:iam::111122223333:user/a is not authorized to perform: rbin:ListRules',
      },
    }));
    const error: unknown = await listRules(rbin, { ResourceType: 'EC2_IMAGE' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(describeError(error)).toBe(
      'AccessDeniedException: User: arn:aws:iam::111122223333:user/a is not authorized to perform: rbin:ListRules',
    );
    expect(error).toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(asked).toHaveLength(1);
  });

  test('of the service is tried again', async () => {
    let n = 0;
    const { rbin, asked } = await serve(() => {
      n += 1;
      return n === 1
        ? { status: 500, error: 'InternalServerException', body: { Message: 'later' } }
        : { body: { Rules: [] } };
    });
    expect((await listRules(rbin, { ResourceType: 'EC2_IMAGE' })).Rules).toEqual([]);
    expect(asked).toHaveLength(2);
  });

  test('of a rule that does not exist has its name', async () => {
    const { rbin } = await serve(() => ({
      status: 404,
      error: 'ResourceNotFoundException',
      body: { Message: 'no such rule' },
    }));
    await expect(getRule(rbin, { Identifier: 'abcDEF12345' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'no such rule',
    });
  });
});

describe('the rules', () => {
  const details = { ResourceTags: [], ExcludeResourceTags: [], Status: 'available' };

  test('are those of both kinds and of every page, each with its tags', async () => {
    const { rbin, asked } = await serve(({ line, body }) => {
      const id = /^GET \/rules\/(.*)$/.exec(line)?.[1];
      if (id !== undefined) {
        const isPending = id === 'image000002';
        const tags = isPending ? [{ ResourceTagKey: 'team', ResourceTagValue: 'a' }] : [];
        const Status = isPending ? 'pending' : 'available';
        return { body: { ...details, Identifier: id, RetentionPeriod: PERIOD, ResourceTags: tags, Status } };
      }
      const { ResourceType, NextToken } = body as { ResourceType: string; NextToken?: string };
      if (ResourceType === 'EBS_SNAPSHOT') return { body: { Rules: [{ Identifier: 'snapshot001' }] } };
      // A page may be empty and still not be the last.
      if (NextToken === undefined)
        return { body: { Rules: [{ Identifier: 'image000001' }], NextToken: '2' } };
      if (NextToken === '2') return { body: { Rules: [], NextToken: '3' } };
      return { body: { Rules: [{ Identifier: 'image000002' }] } };
    });
    expect(await readBinRules({ rbin })).toEqual([
      { id: 'image000001', kind: 'image', days: 7, isAvailable: true, tags: [], excludedTags: [] },
      {
        id: 'image000002',
        kind: 'image',
        days: 7,
        isAvailable: false,
        tags: [{ key: 'team', value: 'a' }],
        excludedTags: [],
      },
      { id: 'snapshot001', kind: 'snapshot', days: 7, isAvailable: true, tags: [], excludedTags: [] },
    ]);
    expect(asked.filter(({ line }) => line === 'POST /list-rules').map(({ body }) => body)).toEqual([
      { ResourceType: 'EC2_IMAGE', MaxResults: 1000 },
      { ResourceType: 'EC2_IMAGE', MaxResults: 1000, NextToken: '2' },
      { ResourceType: 'EC2_IMAGE', MaxResults: 1000, NextToken: '3' },
      { ResourceType: 'EBS_SNAPSHOT', MaxResults: 1000 },
    ]);
  });

  test('are without one that was deleted while they were read', async () => {
    const { rbin } = await serve(({ line }) =>
      line.startsWith('GET')
        ? { status: 404, error: 'ResourceNotFoundException', body: { Message: 'no such rule' } }
        : { body: { Rules: [{ Identifier: 'abcDEF12345' }] } },
    );
    expect(await readBinRules({ rbin })).toEqual([]);
  });

  test('are not read at all when one cannot be read, or keeps for a time that is not in days', async () => {
    const { rbin } = await serve(({ line }) =>
      line.startsWith('GET')
        ? { body: { ...details, RetentionPeriod: { RetentionPeriodValue: 2, RetentionPeriodUnit: 'WEEKS' } } }
        : { body: { Rules: [{ Identifier: 'abcDEF12345' }] } },
    );
    await expect(readBinRules({ rbin })).rejects.toThrow('keeps for 2 WEEKS, expected a number of DAYS');
  });
});

describe('where it is sent to', () => {
  const hostOf = async (region: string): Promise<string> => {
    const { rbin: client } = recycleBinService({ region });
    // The SDK's client has more than the `send` that is asked for.
    const { config } = client as unknown as {
      config: { requestHandler: { handle: (request: { hostname: string }) => Promise<never> } };
    };
    const sent: string[] = [];
    config.requestHandler.handle = ({ hostname }) => {
      sent.push(hostname);
      return Promise.reject(new Error('not sent'));
    };
    await expect(listRules(client, { ResourceType: 'EC2_IMAGE' })).rejects.toThrow('not sent');
    return sent[0] ?? '';
  };

  test.each([
    { region: 'ap-northeast-2', host: 'rbin.ap-northeast-2.amazonaws.com' },
    { region: 'cn-north-1', host: 'rbin.cn-north-1.amazonaws.com.cn' },
  ])('in $region is $host', async ({ region, host }) => {
    expect(await hostOf(region)).toBe(host);
  });

  test('follows the settings for FIPS and dual stack', async () => {
    vi.stubEnv('AWS_USE_FIPS_ENDPOINT', 'true');
    expect(await hostOf('us-east-1')).toBe('rbin-fips.us-east-1.amazonaws.com');
    vi.stubEnv('AWS_USE_DUALSTACK_ENDPOINT', 'true');
    expect(await hostOf('us-east-1')).toBe('rbin-fips.us-east-1.api.aws');
  });
});

test('clients that were made without it say so', () => {
  const { rbin: none } = awsClients({ region: REGION }, ALL_SERVICES);
  expect(() => none.send({ input: {} })).toThrow('made without a client of the Recycle Bin');
});
