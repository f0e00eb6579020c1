/** What the role of backups may do for VSS: Amazon's own document, and to find the command again that it sent. */

import { describe, expect, test } from 'vitest';
import { hookChecks } from '../../src/lib/run/doctor-hooks.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { ACCOUNT, REGION } from '../support/cloudformation.ts';
import { hookedPolicies } from '../support/hooking.ts';
import { isAllowed } from '../support/iam.ts';
import { parse } from '../support/scenario.ts';
import { resourcesOf, statementsOf } from '../support/template.ts';
import { VSS, vssPolicies, windows } from '../support/vss.ts';
import { ownActions, refusedBy } from './asked.ts';

const CREATES = 'AWSEC2-CreateVssSnapshot';

function roleOf(policies: string) {
  return statementsOf(resourcesOf(parse(policies)), 'BackupRole');
}

const role = roleOf(vssPolicies());

async function asked(policies: string): Promise<readonly Asked[]> {
  const { scenario } = windows({ policies, account: ACCOUNT, regions: [REGION] });
  const { outcomes } = await scenario.backup('win');
  expect(outcomes.map(({ status, warning }) => [status, warning])).toEqual([['done', undefined]]);
  expect(await hookChecks(scenario.context, () => scenario.clients)).toMatchObject([{ level: 'ok' }]);
  const authorisations = new Authorisations(ACCOUNT, scenario.region);
  return scenario.region.calls.flatMap((call) => authorisations.of(call));
}

function isSendAllowed(document: string): boolean {
  const resource = `arn:aws:ssm:${REGION}:${document}`;
  return isAllowed(role, { action: 'ssm:SendCommand', resource, context: { 'aws:RequestedRegion': REGION } });
}

describe('the backing-up role', () => {
  test.each([VSS, CREATES, `"arn:aws:ssm:${REGION}::document/${VSS}"`])(
    'may do all that a backup by %s asks for',
    async (document) => {
      const policies = vssPolicies().replace(VSS, document);
      const all = await asked(policies);
      expect(all.map(({ action }) => action)).toContain('ssm:ListCommands');
      expect(refusedBy(roleOf(policies), all)).toEqual([]);
    },
  );

  test('needs every action of Systems Manager that it has', async () => {
    const used = new Set((await asked(vssPolicies())).map(({ action }) => action));
    const own = [...ownActions(role)].filter((action) => action.startsWith('ssm:'));
    expect(own.filter((action) => !used.has(action))).toEqual([]);
  });

  test('runs no other document, and none of that name that is not Amazon’s', () => {
    expect(isSendAllowed(`:document/${VSS}`)).toBe(true);
    expect(isSendAllowed(`:document/${CREATES}`)).toBe(false);
    expect(isSendAllowed(`:document/AWS-RunPowerShellScript`)).toBe(false);
    expect(isSendAllowed(`444455556666:document/${VSS}`)).toBe(false);
  });

  test('deletes nothing, and tags nothing that exists', () => {
    const actions = [...ownActions(role)];
    expect(actions.filter((action) => /Delete|Deregister|Terminate/.test(action))).toEqual([]);
    const tagging = {
      action: 'ec2:CreateTags',
      resource: `arn:aws:ec2:${REGION}::snapshot/snap-1`,
      context: { 'aws:RequestedRegion': REGION },
    };
    expect(isAllowed(role, tagging)).toBe(false);
  });

  test('lists no commands where no policy is of VSS', () => {
    expect([...ownActions(roleOf(hookedPolicies()))]).not.toContain('ssm:ListCommands');
  });
});
