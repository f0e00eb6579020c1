import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wantedLifecyclePolicies } from '../../../src/lib/plan/lifecycle-details.ts';
import { requiredActions } from '../../../src/lib/plan/lifecycle-role.ts';
import { DLM_PLACE, dlmFile } from '../../support/dlm-policies.ts';
import { anyDefaultPolicy, anyDlmPolicy } from '../../support/dlm-policy-arbitrary.ts';
import { requestProblems } from '../../support/dlm-requests.ts';

/** Every policy of a random file, in DLM's words. */
const anyWanted = fc
  .record({
    dlmPolicies: fc.uniqueArray(anyDlmPolicy, { selector: ({ name }) => name, minLength: 1, maxLength: 3 }),
    defaultPolicies: fc.uniqueArray(anyDefaultPolicy, { selector: ({ kind }) => kind, maxLength: 2 }),
    deployment: fc.stringMatching(/^[a-z0-9-]{1,32}$/),
  })
  .map((parts) => wantedLifecyclePolicies(dlmFile(parts), DLM_PLACE));

describe('whatever the policies', () => {
  test('DLM’s API model and the marks of its reference have nothing against the requests', async () => {
    await fc.assert(
      fc.asyncProperty(anyWanted, async (all) => {
        for (const wanted of all) expect(await requestProblems(wanted)).toEqual([]);
      }),
    );
  });

  test('a list that DLM would otherwise leave as it was is always sent', () => {
    fc.assert(
      fc.property(anyWanted, (all) => {
        for (const { details } of all) {
          if (details.PolicyLanguage === 'SIMPLIFIED') continue;
          const kind = details.PolicyType === 'IMAGE_MANAGEMENT' ? 'AMI' : details.ResourceTypes[0];
          for (const schedule of details.Schedules) {
            expect(schedule).toMatchObject(LISTS[kind]);
          }
        }
      }),
    );
  });

  test('no tag of ours is given to DLM to add, and both are on the lifecycle policy', () => {
    fc.assert(
      fc.property(anyWanted, (all) => {
        for (const { policy, tags, details } of all) {
          expect(Object.keys(tags)).toEqual(['ec2-backup:deployment', 'ec2-backup:policy']);
          expect(tags['ec2-backup:policy']).toBe(policy);
          expect(JSON.stringify(details)).not.toMatch(/"Key":"ec2-backup:/i);
        }
      }),
    );
  });

  test('the role is asked for no action twice on one resource, and for none but EC2’s and SSM’s', () => {
    fc.assert(
      fc.property(anyWanted, (all) => {
        for (const required of all.map((wanted) => requiredActions(wanted, DLM_PLACE))) {
          const asked = required.flatMap(({ resource, actions }) =>
            actions.map((one) => `${resource} ${one}`),
          );
          expect(new Set(asked).size).toBe(asked.length);
          expect(asked.filter((one) => !/^\S+ (?:ec2|ssm):[A-Z][a-zA-Z]+$/.test(one))).toEqual([]);
        }
      }),
    );
  });
});

const ANY_LIST: unknown = expect.any(Array);
const COMMON = { TagsToAdd: ANY_LIST, CrossRegionCopyRules: ANY_LIST };
const LISTS = {
  AMI: { ...COMMON, VariableTags: ANY_LIST },
  VOLUME: { ...COMMON, ShareRules: ANY_LIST },
  INSTANCE: {
    ...COMMON,
    VariableTags: ANY_LIST,
    ShareRules: ANY_LIST,
    CreateRule: { Scripts: ANY_LIST },
  },
};
