/** The role of the watch: it looks, it asks, and the one thing that it may change is one tag of a source. */

import { describe, expect, test } from 'vitest';
import { applyWatch, planWatchRun } from '../../src/lib/run/watch.ts';
import { Authorisations, type Asked } from '../support/authorisation.ts';
import { REGION } from '../support/cloudformation.ts';
import type { Statement } from '../support/iam.ts';
import { DAY, POLICIES, Scenario, parse } from '../support/scenario.ts';
import { resourcesOf, statementsOf } from '../support/template.ts';
import { allowedBy, inRegion, ownActions, refusedBy, withContext } from './asked.ts';
import { someDays } from './some-days.ts';

const watchRole = (words = ''): readonly Statement[] =>
  statementsOf(resourcesOf(parse(`${POLICIES}\n${words}`)), 'WatchRole');
const role = watchRole();
const withFeedback = watchRole('feedbackTag: true\n');

/** A watch with something of everything to see: fifty images of which the guard lets none go, and a lifecycle policy. */
async function someWatch(): Promise<readonly Asked[]> {
  const scenario = new Scenario();
  const { region, account } = scenario;
  for (let count = 0; count < 10; count += 1) region.runInstance({ tags: { Backup: 'nightly' } });
  region.runInstance({ tags: { Backup: 'sets' } });
  region.createVolume({ sizeGiB: 5, tags: { Backup: 'disks' } });
  region.createLaunchConfiguration('workers', 'ami-0123456789abcdef0');
  await scenario.backupEvery(DAY, 5, 'nightly');
  await scenario.backup('sets');
  scenario.clock.advance(2 * DAY);
  scenario.edit(`${WITH_DLM}\nfeedbackTag: true\n`);
  scenario.createDlmRoles();
  await scenario.registerPolicies();
  scenario.edit(`${WITH_DLM.replace('daily: 3', 'daily: 1')}\nfeedbackTag: true\n`);
  const seen = region.calls.length;
  const before = new Authorisations(account.account, region);
  const plan = await planWatchRun(scenario.context);
  expect(plan.refused.map(({ policy }) => policy)).toEqual(['nightly']);
  const { outcomes } = await applyWatch(plan, scenario.context, {
    ask: () => Promise.resolve(),
    report: () => Promise.resolve(),
  });
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['done']));
  return region.calls.slice(seen).flatMap((call) => before.of(call));
}

const WITH_DLM = POLICIES.replace(
  'policies:',
  'policies:\n  hourly: { engine: dlm, backup: snapshots, schedule: every 1 hours, keep: { last: 24 } }',
);

describe('a watch’s own calls', () => {
  test('are all allowed to its role, and need every action that it has', async () => {
    const asked = await someWatch();
    expect(refusedBy(withFeedback, asked)).toEqual([]);
    expect(ownActions(withFeedback)).toEqual(new Set(asked.map(({ action }) => action)));
  });

  test('in another Region are refused', async () => {
    const asked = (await someWatch()).filter(({ context }) => !('aws:CalledVia' in context));
    const elsewhere = asked.map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(withFeedback, elsewhere)).toEqual([]);
  });
});

describe('the watch', () => {
  test('changes nothing: neither makes, nor tags, nor deletes', async () => {
    const { backups, prunes } = await someDays();
    const changes = [...backups, ...prunes].filter(({ action }) => !/:(?:Describe|List|Get)/.test(action));
    expect(changes.length).toBeGreaterThan(20);
    expect(allowedBy(withFeedback, changes)).toEqual([]);
  });

  test('changes no lifecycle policy', () => {
    const { region, account } = new Scenario();
    const now = new Authorisations(account.account, region);
    const changes = ['UpdateLifecyclePolicy', 'DeleteLifecyclePolicy', 'TagResource'];
    expect(
      allowedBy(
        withFeedback,
        changes.map((command) => now.lifecyclePolicy(command, 'policy-1')),
      ),
    ).toEqual([]);
  });
});

describe('Backup:Status', () => {
  interface Sources {
    readonly sources: (tags: Readonly<Record<string, string>>) => Asked[];
    readonly backups: (tags: Readonly<Record<string, string>>) => Asked[];
  }

  function tagging(): Sources {
    const { region, account } = new Scenario();
    const { id, volumeIds } = region.runInstance({ tags: { Backup: 'nightly' } });
    const image = region.registerImage({ name: 'an-image', tags: { 'ec2-backup:deployment': 'test' } });
    const snapshot = region.createForeignSnapshot({ tags: { 'ec2-backup:deployment': 'test' } });
    const now = new Authorisations(account.account, region);
    return {
      sources: (tags) => [
        ...now.createTags('instance', id, tags),
        ...now.createTags('volume', volumeIds[0] ?? '', tags),
      ],
      backups: (tags) => [
        ...now.createTags('image', image, tags),
        ...now.createTags('snapshot', snapshot, tags),
      ],
    };
  }

  const STATUS = { 'Backup:Status': 'ok 2026-11-22T18:04Z' };

  test('is written on instances and volumes when the file asks for it', () => {
    const { sources } = tagging();
    expect(refusedBy(withFeedback, sources(STATUS))).toEqual([]);
    expect(allowedBy(role, sources(STATUS))).toEqual([]);
    expect(ownActions(role)).not.toContain('ec2:CreateTags');
  });

  test('is written nowhere else: neither on backups nor in another Region', () => {
    const { sources, backups } = tagging();
    expect(allowedBy(withFeedback, backups(STATUS))).toEqual([]);
    const elsewhere = sources(STATUS).map((one) => inRegion(one, { from: REGION, to: 'eu-west-1' }));
    expect(allowedBy(withFeedback, elsewhere)).toEqual([]);
  });

  test.each<{ name: string; tags: Readonly<Record<string, string>> }>([
    { name: 'the opt-in itself', tags: { Backup: 'nightly' } },
    { name: 'a hold', tags: { 'Backup:Hold': 'x' } },
    { name: 'the deployment', tags: { 'ec2-backup:deployment': 'test' } },
    { name: 'a key beside it', tags: { ...STATUS, Team: 'a' } },
    { name: 'the key in small letters', tags: { 'backup:status': 'ok' } },
    { name: 'a key that begins so', tags: { 'Backup:Status:2': 'ok' } },
    { name: 'nothing', tags: {} },
  ])('is the only key that is written: not $name', ({ tags }) => {
    const { sources } = tagging();
    expect(allowedBy(withFeedback, sources(tags))).toEqual([]);
  });

  test('is not written where the request says no keys at all', () => {
    const { sources } = tagging();
    const asked = sources(STATUS).map((one) => withContext(one, { 'aws:TagKeys': undefined }));
    expect(allowedBy(withFeedback, asked)).toEqual([]);
  });

  test('follows the opt-in tag of the file', () => {
    const { sources } = tagging();
    const other = watchRole('feedbackTag: true\noptInTag: Sicherung\n');
    expect(refusedBy(other, sources({ 'Sicherung:Status': 'ok' }))).toEqual([]);
    expect(allowedBy(other, sources(STATUS))).toEqual([]);
  });
});
