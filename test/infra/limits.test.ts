/** What AWS takes no more of: 50 policies and 200 targets, with the longest names, stay within it. */

import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { Template } from '../support/cloudformation.ts';
import { parse } from '../support/scenario.ts';
import { placeRoles, resourcesOf } from '../support/template.ts';

const LONG = 'x'.repeat(32);
const PREFIX = 'y'.repeat(46);

const { sizeOf } = createRequire(import.meta.url)('../../infra/limits.cjs') as {
  sizeOf: (policies: readonly { readonly PolicyDocument: unknown }[]) => number;
};

/** Functions, their logs and asynchronous invocations, and the bucket with its policy. */
const OF_SERVERLESS = 17;

const number = (index: number): string => String(index + 1).padStart(12, '0');
const regionAt = (index: number): string =>
  `us-${'abcdefgh'.charAt(index % 8)}${'abcdefgh'.charAt(Math.floor(index / 8) % 8)}east-${(index % 9) + 1}`;

function policiesOf(count: number, engine = ''): string {
  const words = `backup: snapshots, schedule: every 1 hours, keep: { last: 24 }`;
  return Array.from(
    { length: count },
    (_, index) => `  ${String(index).padStart(32, 'p')}: { ${engine}${words} }`,
  ).join('\n');
}

function fileWith(targets: readonly string[], policies = policiesOf(50)) {
  const list = targets.map((target) => `  - ${target}`).join('\n');
  return parse(`version: 1\ndeployment: ${LONG}\npolicies:\n${policies}\ntargets:\n${list}\n`);
}

const withRole = (index: number, region: string): string =>
  `{ account: "${number(index)}", region: ${region}, rolePrefix: ${PREFIX} }`;

const SHAPES: readonly { name: string; targets: readonly string[]; policies?: string }[] = [
  {
    name: '200 accounts with a role in each',
    targets: Array.from({ length: 200 }, (_, index) => withRole(index, 'us-isof-south-1')),
  },
  {
    name: '20 accounts of 10 Regions',
    targets: Array.from({ length: 200 }, (_, index) =>
      withRole(Math.floor(index / 10), regionAt(index % 10)),
    ),
  },
  {
    name: '40 Regions of its own and 160 accounts, and DLM in all of them',
    targets: Array.from({ length: 200 }, (_, index) =>
      index < 40
        ? `{ account: "999999999999", region: ${regionAt(index)} }`
        : withRole(index, regionAt(index % 40)),
    ),
    policies: policiesOf(25, 'engine: dlm, ').concat('\n', policiesOf(25).replaceAll('pppp', 'qqqq')),
  },
];

describe.each(SHAPES)('50 policies, $name', ({ targets, policies }) => {
  const file = fileWith(targets, policies);
  const template = resourcesOf(file);

  test('make a stack of at most 500 resources', () => {
    expect(Object.keys(template.Resources).length + OF_SERVERLESS).toBeLessThanOrEqual(500);
  });

  test('make roles within IAM’s sizes', () => {
    expect(rolesOf(template).length).toBeGreaterThan(5);
    for (const [id, size] of sizesOf(template)) expect(size, id).toBeLessThanOrEqual(10_240);
    for (const [id, size] of managedSizesOf(template)) expect(size, id).toBeLessThanOrEqual(6144);
  });

  test('make a template for the other accounts within CloudFormation’s and IAM’s sizes', () => {
    const places = placeRoles(file);
    // By way of a bucket; 460,800 bytes once.
    expect(JSON.stringify(places).length).toBeLessThan(1_000_000);
    expect(Object.keys(places.Resources).length).toBeLessThanOrEqual(500);
    for (const [id, size] of sizesOf(places)) expect(size, id).toBeLessThanOrEqual(10_240);
  });

  test('make a dashboard that CloudWatch takes', () => {
    const { DashboardBody } = template.Resources['Dashboard']?.Properties ?? {};
    const { widgets } = JSON.parse((DashboardBody as { 'Fn::Sub': string })['Fn::Sub']) as {
      widgets: readonly { type: string; properties: { alarms?: readonly string[] } }[];
    };
    const alarms = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm');
    const shown = widgets.flatMap(({ properties }) => properties.alarms ?? []);
    expect(new Set(shown).size).toBe(alarms.length);
    for (const { properties } of widgets) expect(properties.alarms?.length ?? 0).toBeLessThanOrEqual(100);
  });
});

describe('what is too much', () => {
  test('of a stack is refused when it is packaged, and what to do is said', () => {
    const targets = Array.from({ length: 200 }, (_, index) => withRole(index, 'us-east-1'));
    expect(() => resourcesOf(fileWith(targets, policiesOf(120)))).toThrow(
      /^the stack would have \d+ resources, expected at most 500: share policies and targets out/,
    );
  });

  test('of a role is refused when it is packaged, and what to do is said', () => {
    const words = 'engine: dlm, backup: snapshots, schedule: every 12 hours, keep: { last: 4 }';
    const policies = Array.from(
      { length: 60 },
      (_, index) => `  p${index}: { ${words}, hooks: { document: ${'freeze'.repeat(20)}${index} } }`,
    );
    const file = parse(`version: 1\ndeployment: test\npolicies:\n${policies.join('\n')}\n`);
    expect(() => resourcesOf(file)).toThrow(
      /^the role DlmSnapshotsRole would have \d+ characters, expected at most 10240: share policies and targets out/,
    );
  });
});

function rolesOf({ Resources }: Template) {
  return Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::IAM::Role');
}

function sizesOf(template: Template): [id: string, size: number][] {
  return rolesOf(template).map(([id, { Properties }]) => [
    id,
    // The shape of AWS::IAM::Role, which cfn-lint checks.
    sizeOf(Properties['Policies'] as readonly { PolicyDocument: unknown }[]),
  ]);
}

function managedSizesOf({ Resources }: Template): [id: string, size: number][] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::IAM::ManagedPolicy')
    .map(
      ([
        id,
        {
          Properties: { PolicyDocument },
        },
      ]) => [id, sizeOf([{ PolicyDocument }])],
    );
}
