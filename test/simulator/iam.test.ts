import {
  GetRoleCommand,
  SimulatePrincipalPolicyCommand,
  type EvaluationResult,
  type SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { SimulatedAccount } from '../../src/simulator/account.ts';
import { SimulatedClock } from '../../src/simulator/clock.ts';
import { onNth } from '../../src/simulator/faults.ts';
import type { SimulatedRegion } from '../../src/simulator/region.ts';
import { newPlace, outcomeOf, START } from './support.ts';

async function simulate(
  region: SimulatedRegion,
  input: SimulatePrincipalPolicyRequest,
): Promise<{ results: EvaluationResult[]; pages: number }> {
  const results: EvaluationResult[] = [];
  let marker: string | undefined;
  let pages = 0;
  do {
    const command = new SimulatePrincipalPolicyCommand({
      ...input,
      ...(marker !== undefined && { Marker: marker }),
    });
    const { EvaluationResults = [], IsTruncated, Marker } = await region.iam.send(command);
    expect(IsTruncated).toBe(Marker !== undefined);
    results.push(...EvaluationResults);
    marker = Marker;
    pages += 1;
  } while (marker !== undefined);
  return { results, pages };
}

describe('GetRole', () => {
  test('answers a role with its trust policy URL-encoded', async () => {
    const { region } = newPlace();
    const trust = { Statement: [{ Effect: 'Allow', Principal: '*', Action: "sts:Assume(Role)'!" }] };
    const arn = region.createRole({ name: 'dlm', path: '/service-role/', trust });
    const { Role } = await region.iam.send(new GetRoleCommand({ RoleName: 'dlm' }));
    expect(Role).toMatchObject({
      Arn: 'arn:aws:iam::111122223333:role/service-role/dlm',
      RoleName: 'dlm',
      Path: '/service-role/',
      CreateDate: new Date(START),
    });
    expect(Role?.Arn).toBe(arn);
    expect(Role?.AssumeRolePolicyDocument).toMatch(/^[A-Za-z0-9%._~-]+$/);
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(trust);
  });

  test('answers a role that DLM of this account may take, when nothing else was said', async () => {
    const { region } = newPlace();
    region.createRole({ name: 'dlm' });
    const { Role } = await region.iam.send(new GetRoleCommand({ RoleName: 'dlm' }));
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toMatchObject({
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'dlm.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    });
  });

  test('is NoSuchEntityException for a role that is not there, or is gone', async () => {
    const { region } = newPlace();
    region.createRole({ name: 'dlm' });
    region.deleteRole('dlm');
    await expect(region.iam.send(new GetRoleCommand({ RoleName: 'dlm' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      $metadata: { httpStatusCode: 404 },
    });
  });

  test('knows a role in every Region of its account', async () => {
    const account = new SimulatedAccount({
      clock: new SimulatedClock(START),
      regions: ['eu-west-1', 'us-east-1'],
    });
    account.region('eu-west-1').createRole({ name: 'dlm' });
    const ask = (region: SimulatedRegion): Promise<string> =>
      outcomeOf(region.iam.send(new GetRoleCommand({ RoleName: 'dlm' })));
    expect(await ask(account.region('us-east-1'))).toBe('ok');
    expect(await ask(newPlace().region)).toBe('NoSuchEntityException');
  });
});

describe('SimulatePrincipalPolicy', () => {
  test('decides on every action for every resource: a denial wins, and what nobody allows is denied', async () => {
    const { region } = newPlace();
    const PolicySourceArn = region.createRole({
      name: 'dlm',
      allow: ['ec2:Describe*', 'ec2:create*', 'ec2:?eleteSnapshot'],
      deny: ['ec2:CreateImage'],
    });
    const ActionNames = ['ec2:DescribeVolumes', 'ec2:CreateImage', 'ec2:DeleteSnapshot', 'ec2:CopyImage'];
    const { results } = await simulate(region, {
      PolicySourceArn,
      ActionNames,
      ResourceArns: ['*', 'arn:aws:s3:::b'],
    });
    expect(
      results.map(({ EvalActionName, EvalResourceName, EvalDecision }) => [
        EvalActionName,
        EvalResourceName,
        EvalDecision,
      ]),
    ).toEqual([
      ['ec2:DescribeVolumes', '*', 'allowed'],
      ['ec2:DescribeVolumes', 'arn:aws:s3:::b', 'allowed'],
      ['ec2:CreateImage', '*', 'explicitDeny'],
      ['ec2:CreateImage', 'arn:aws:s3:::b', 'explicitDeny'],
      ['ec2:DeleteSnapshot', '*', 'allowed'],
      ['ec2:DeleteSnapshot', 'arn:aws:s3:::b', 'allowed'],
      ['ec2:CopyImage', '*', 'implicitDeny'],
      ['ec2:CopyImage', 'arn:aws:s3:::b', 'implicitDeny'],
    ]);
  });

  test('answers in pages, some of them empty', async () => {
    const { region } = newPlace({ pageSize: 3, emptyPages: true });
    const PolicySourceArn = region.createRole({ name: 'dlm' });
    const ActionNames = Array.from({ length: 10 }, (_, index) => `ec2:Action${index}`);
    const { results, pages } = await simulate(region, { PolicySourceArn, ActionNames });
    expect(results.map(({ EvalActionName }) => EvalActionName)).toEqual(ActionNames);
    expect(pages).toBeGreaterThan(4);
  });

  test.each<[name: string, input: Partial<SimulatePrincipalPolicyRequest>, error: string]>([
    ['no such role', { PolicySourceArn: 'arn:aws:iam::111122223333:role/other' }, 'NoSuchEntityException'],
    ['no action', { ActionNames: [] }, 'InvalidInputException'],
    ['an action without a service', { ActionNames: ['CreateImage'] }, 'InvalidInputException'],
  ])('refuses %s', async (_name, input, error) => {
    const { region } = newPlace();
    const PolicySourceArn = region.createRole({ name: 'dlm' });
    const request = { PolicySourceArn, ActionNames: ['ec2:CreateImage'], ...input };
    expect(await outcomeOf(region.iam.send(new SimulatePrincipalPolicyCommand(request)))).toBe(error);
  });
});

test('IAM throttles with Throttling and fails with ServiceFailureException', async () => {
  const { region } = newPlace();
  region.createRole({ name: 'dlm' });
  const ask = (): Promise<string> => outcomeOf(region.iam.send(new GetRoleCommand({ RoleName: 'dlm' })));
  region.faults = onNth(1, { kind: 'throttle' });
  expect([await ask(), await ask()]).toEqual(['Throttling', 'ok']);
  region.faults = onNth(1, { kind: 'unavailable', accepted: false });
  expect(await ask()).toBe('ServiceFailureException');
});
