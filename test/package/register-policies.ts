/** The packaged register-policies at work. Part of package.test.ts, which packages once for all. */

import { describe, expect, test } from 'vitest';
import { parse } from '../support/scenario.ts';
import { BAD_REGISTER_EVENTS } from './events.ts';
import type { RegisterPoliciesBundle } from './packaged.ts';
import { POLICIES, changesOf, onSimulatedAccount } from './surroundings.ts';

const SLOT = '2026-11-22T03:00:00Z';

/** `bundle` is there when the tests run. */
export function registerPoliciesAtWork(bundle: () => RegisterPoliciesBundle): void {
  describe('the packaged register-policies', () => {
    test('registers what the file hands to DLM, and a second run changes nothing', async () => {
      const { scenario, environment, records } = onSimulatedAccount();
      const handle = bundle().registerPoliciesHandler(environment);
      const event = { job: 'register-policies', slot: SLOT, trigger: 'schedule' };
      await expect(handle(event)).resolves.toMatchObject({
        version: 1,
        job: 'register-policies',
        slot: SLOT,
        counts: { done: 1, failed: 0 },
      });
      expect(scenario.region.lifecyclePolicies()).toMatchObject([
        { state: 'ENABLED', tags: { 'ec2-backup:deployment': 'test', 'ec2-backup:policy': 'hourly-data' } },
      ]);
      expect(records.map(({ message }) => message)).toContain('run ended');
      await expect(handle({})).resolves.toMatchObject({ counts: { done: 0, failed: 0 } });
      expect(changesOf(scenario)).toEqual(['CreateLifecyclePolicy']);
    });

    test('on a dry run answers the plan and changes nothing', async () => {
      const { scenario, environment } = onSimulatedAccount();
      const answer = await bundle().registerPoliciesHandler(environment)({ dryRun: true });
      expect(answer).toMatchObject({
        version: 1,
        actions: [{ action: 'create-lifecycle-policy', policy: 'hourly-data' }],
      });
      expect(changesOf(scenario)).toEqual([]);
    });

    test('fails for a lifecycle policy in ERROR and says which and why, though it enables it again', async () => {
      const { scenario, environment, records } = onSimulatedAccount();
      const handle = bundle().registerPoliciesHandler(environment);
      await handle({});
      const [{ id } = { id: '' }] = scenario.region.lifecyclePolicies();
      scenario.region.breakLifecyclePolicy(id, 'Role provided does not have sufficient permissions');
      const error = await handle({}).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'RunFailedError' });
      expect(String(error)).toContain(
        `${id} of policy hourly-data is in ERROR (Role provided does not have sufficient permissions): `,
      );
      expect(records.at(-1)).toMatchObject({ level: 'error', message: 'run failed' });
      expect(scenario.region.lifecyclePolicies()).toMatchObject([{ id, state: 'ENABLED' }]);
      await expect(handle({})).resolves.toMatchObject({ counts: { done: 0, failed: 0 } });
    });

    test('refuses what DLM cannot change and names it, until it is told to replace it', async () => {
      const { scenario, environment } = onSimulatedAccount();
      await bundle().registerPoliciesHandler(environment)({});
      const [old = { id: '' }] = scenario.region.lifecyclePolicies();
      const file = parse(POLICIES.replace('keep: { last: 24 }', 'keep: { within: 14d }'));
      const handle = bundle().registerPoliciesHandler({ ...environment, file });
      const error = await handle({}).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ name: 'RunRefusedError' });
      expect(String(error)).toMatch(
        /register-policies run .*: policy hourly-data refused: DLM cannot change /,
      );
      expect(scenario.region.lifecyclePolicies()).toMatchObject([{ id: old.id }]);
      await expect(handle({ replace: ['hourly-data'] })).resolves.toMatchObject({ counts: { done: 2 } });
      expect(scenario.region.lifecyclePolicies().map(({ id }) => id)).not.toContain(old.id);
      await expect(handle({})).resolves.toMatchObject({ counts: { done: 0 } });
    });

    test('[H32] fails without its role of DLM, and registers nothing', async () => {
      const { scenario, environment } = onSimulatedAccount({ roles: false });
      const run = bundle().registerPoliciesHandler(environment)({});
      await expect(run).rejects.toThrow(
        /^register-policies run .*: policy hourly-data refused: the role .*does not exist/,
      );
      await expect(run).rejects.toHaveProperty('name', 'RunRefusedError');
      expect(scenario.region.lifecyclePolicies()).toEqual([]);
    });

    test.each(BAD_REGISTER_EVENTS)('[H34] refuses $name, and registers nothing', async ({ event, says }) => {
      const { scenario, environment } = onSimulatedAccount();
      const run = bundle().registerPoliciesHandler(environment)(event);
      await expect(run).rejects.toThrow(says);
      await expect(run).rejects.toHaveProperty('name', 'ConfigurationError');
      expect(changesOf(scenario)).toEqual([]);
    });
  });
}
