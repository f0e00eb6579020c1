/** What the role of backups may do for hooks: those documents, on instances of its account, and nothing without hooks. */

import { describe, expect, test } from 'vitest';
import { hookChecks } from '../../src/lib/run/doctor-hooks.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION, stackOf } from '../support/cloudformation.ts';
import { hooked, hookedPolicies } from '../support/hooking.ts';
import { isAllowed } from '../support/iam.ts';
import { parse, POLICIES } from '../support/scenario.ts';
import { placeRoles, resourcesOf, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy } from './asked.ts';

const role = statementsOf(resourcesOf(parse(hookedPolicies())), 'BackupRole');
const isOfSsm = (action: string): boolean => action.startsWith('ssm:');

async function asked(policies = hookedPolicies()): Promise<readonly Asked[]> {
  const { scenario } = hooked(policies, { account: ACCOUNT, regions: [REGION] });
  const { region } = scenario;
  const { outcomes } = await scenario.backup('db');
  expect(outcomes.map(({ status, warning }) => [status, warning])).toEqual([['done', undefined]]);
  // What doctor asks in the name of the same role.
  expect(await hookChecks(scenario.context, () => scenario.clients)).toMatchObject([{ level: 'ok' }]);
  const authorisations = new Authorisations(ACCOUNT, region);
  return region.calls.flatMap((call) => authorisations.of(call));
}

function isSendAllowed(resource: string): boolean {
  return isAllowed(role, { action: 'ssm:SendCommand', resource, context: { 'aws:RequestedRegion': REGION } });
}

describe('a hooked backup’s own calls', () => {
  test.each([
    { name: 'by its name', document: 'db-freeze' },
    { name: 'by its ARN', document: `"arn:aws:ssm:${REGION}:${ACCOUNT}:document/db-freeze"` },
  ])('with a document $name are all allowed to its role', async ({ document }) => {
    const policies = hookedPolicies(`{ document: ${document} }`);
    const all = await asked(policies);
    expect(all.filter(({ action }) => isOfSsm(action)).length).toBeGreaterThan(4);
    expect(refusedBy(statementsOf(resourcesOf(parse(policies)), 'BackupRole'), all)).toEqual([]);
  });

  test('need every action of Systems Manager that it has', async () => {
    const used = new Set((await asked()).map(({ action }) => action));
    expect([...ownActions(role)].filter((action) => isOfSsm(action) && !used.has(action))).toEqual([]);
  });

  test('are allowed in another account to the role there', async () => {
    const text = `${hookedPolicies()}targets: [{ account: "${ACCOUNT}", region: ${REGION}, rolePrefix: backups }]\n`;
    const stack = stackOf(placeRoles(parse(text)), {
      HomeAccount: '999999999999',
      HomeRegion: 'eu-central-1',
      Regions: REGION,
    });
    expect(refusedBy(statementsOf(stack, 'BackupRole'), await asked())).toEqual([]);
  });

  test('are sent to no other Region', async () => {
    const sent = (await asked()).filter(({ action }) => action === 'ssm:SendCommand');
    expect(sent.length).toBeGreaterThan(3);
    expect(
      allowedBy(
        role,
        sent.map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' })),
      ),
    ).toEqual([]);
  });
});

describe('the backing-up role', () => {
  test('runs no other document, not of AWS either, and nothing on machines that are no instances', () => {
    expect(isSendAllowed(`arn:aws:ssm:${REGION}:${ACCOUNT}:document/db-freeze`)).toBe(true);
    expect(isSendAllowed(`arn:aws:ssm:${REGION}:${ACCOUNT}:document/other`)).toBe(false);
    expect(isSendAllowed(`arn:aws:ssm:${REGION}:444455556666:document/db-freeze`)).toBe(false);
    expect(isSendAllowed(`arn:aws:ssm:${REGION}::document/AWS-RunShellScript`)).toBe(false);
    expect(isSendAllowed(`arn:aws:ssm:${REGION}:${ACCOUNT}:managed-instance/mi-0123456789abcdef0`)).toBe(
      false,
    );
  });

  test('has nothing to do with Systems Manager where no policy has hooks', () => {
    const plain = statementsOf(resourcesOf(parse(POLICIES)), 'BackupRole');
    expect([...ownActions(plain)].filter((action) => isOfSsm(action))).toEqual([]);
    const byDlm = parse(
      POLICIES.replace(
        'policies:',
        'policies:\n  dlm: { engine: dlm, backup: snapshots, schedule: every 6 hours, keep: { last: 3 }, hooks: { document: db-freeze } }',
      ),
    );
    const ofDlm = statementsOf(resourcesOf(byDlm), 'BackupRole');
    expect([...ownActions(ofDlm)].filter((action) => isOfSsm(action))).toEqual([]);
  });
});
