/** What the command line says of backups of which the instance is told. */

import { describe, expect, test } from 'vitest';
import type { PlanJson } from '../../src/lib/report/plan-json.ts';
import { changesOf, hooked, hookedPolicies, type Hooked } from '../support/hooking.ts';
import { parseJson, type RunAnswer } from './answers.ts';
import { fileWith, run, type Ended } from './fake-shell.ts';

const SKIP = hookedPolicies('{ document: db-freeze, onFailure: skip }');

function backup({ scenario }: Hooked, policies: string, ...args: readonly string[]): Promise<Ended> {
  return fileWith(policies).then((file) =>
    run(['backup', '--policy', 'db', '--policies', file, ...args], { scenario }),
  );
}

describe('backup', () => {
  test('says in its plan by what an instance is frozen', async () => {
    const place = hooked();
    const { code, out } = await backup(place, hookedPolicies(), '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('opted in by Backup=db; frozen by db-freeze');
    expect(changesOf(place.scenario)).toEqual([]);
  });

  test('says before anything is frozen which instance is not online, and what becomes of it', async () => {
    const place = hooked();
    place.scenario.region.hooks.setAgent(place.instance, 'unknown');
    const { out } = await backup(place, hookedPolicies(), '--dry-run');
    expect(out).toContain(
      'not online in Systems Manager: no agent of it is known there, so only crash-consistent',
    );
    expect(out).toMatch(
      /Take note \(1\)[^]*not online in Systems Manager: .*: its backup is crash-consistent/,
    );
    const skipping = hooked(SKIP);
    skipping.scenario.region.hooks.setAgent(skipping.instance, 'unknown');
    expect((await backup(skipping, SKIP, '--dry-run')).out).toContain('so it will not be backed up');
  });

  test('ends well with a backup that is only crash-consistent, and says why', async () => {
    const place = hooked();
    place.scenario.region.hooks.setScripts({ pre: 'fails' });
    const { code, out } = await backup(place, hookedPolicies(), '--yes');
    expect(code).toBe(0);
    expect(out).toMatch(
      /done +create-snapshots .*only crash-consistent: pre-script: Failed with exit code 201/,
    );
  });

  test('fails with onFailure: skip, and says why', async () => {
    const place = hooked(SKIP);
    place.scenario.region.hooks.setScripts({ pre: 'fails' });
    const { code, out } = await backup(place, SKIP, '--yes', '--json');
    expect(code).not.toBe(0);
    const [outcome] = parseJson<RunAnswer>(out).outcomes;
    expect(outcome).toMatchObject({
      status: 'failed',
      error: 'pre-script: Failed with exit code 201: the pre-script failed; not backed up (onFailure: skip)',
    });
  });

  test('--json has the warning of an outcome', async () => {
    const place = hooked();
    place.scenario.region.hooks.setScripts({ post: 'fails' });
    const { out } = await backup(place, hookedPolicies(), '--yes', '--json');
    const [outcome] = parseJson<RunAnswer>(out).outcomes;
    expect(outcome).toMatchObject({ status: 'done' });
    expect(outcome).toHaveProperty('warning', expect.stringMatching(/^its tag says application, but/));
  });
});

test('plan says it too, of all policies by one list', async () => {
  const two = `${hookedPolicies()}  more: { backup: image, schedule: every 24 hours, keep: { last: 1 }, hooks: { document: db-freeze } }\n`;
  const place = hooked(two);
  const { scenario, instance } = place;
  const other = scenario.region.runInstance({ tags: { Backup: 'more' } }).id;
  scenario.region.hooks.setAgent(instance, 'lost');
  const file = await fileWith(two);
  const { out } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect(parseJson<PlanJson>(out).warnings.map(({ id, reason }) => `${id} ${reason}`)).toEqual([
    `${instance} not online in Systems Manager: ConnectionLost: its backup is crash-consistent`,
    `${other} not online in Systems Manager: no agent of it is known there: its backup is crash-consistent`,
  ]);
  const asked = scenario.region.calls.filter(({ command }) => command === 'DescribeInstanceInformation');
  const first = asked.filter(({ input }) => !('NextToken' in (input as object)));
  expect(first).toHaveLength(1);
  expect(changesOf(scenario)).toEqual([]);
});

test.each([
  {
    backup: 'snapshots',
    says: /by db-freeze, each script within 60 s; where that fails, a crash-consistent backup$/m,
  },
  {
    backup: 'image',
    says: /a crash-consistent backup\. Of an AMI it is not sure that it was frozen: take snapshots/,
  },
])('validate says of $backup what is frozen, and what is not sure', async ({ backup: kind, says }) => {
  const { scenario } = hooked();
  const file = await fileWith(hookedPolicies('{ document: db-freeze }', kind));
  const { code, out } = await run(['validate', file], { scenario });
  expect(code).toBe(0);
  expect(out).toMatch(says);
});
