import { expect, test } from 'vitest';
import { DAY, HOUR, MINUTE, POLICIES, Scenario } from '../support/scenario.ts';
import { fileWith, mutatingCalls, run } from './fake-shell.ts';
import { parseJson, type PlanAnswer } from './answers.ts';

/** A web server with six nights of AMIs, a database with two policies, a volume, and a misspelt tag. */
async function account(): Promise<{
  scenario: Scenario;
  file: string;
  ids: Record<'web' | 'db' | 'misspelt' | 'disk', string>;
}> {
  const scenario = new Scenario();
  const { region } = scenario;
  const web = region.runInstance({ tags: { Name: 'web', Backup: 'nightly' } }).id;
  await scenario.backupEvery(DAY, 6, 'nightly');
  const db = region.runInstance({ tags: { Name: 'db', 'Backup:nightly': 'true', 'Backup:sets': 'true' } }).id;
  const misspelt = region.runInstance({ tags: { Backup: 'nigthly' } }).id;
  const zone = `${region.name}a`;
  const disk = region.createVolume({ sizeGiB: 5, type: 'gp3', zone, tags: { Backup: 'disks' } });
  return { scenario, file: await fileWith(POLICIES), ids: { web, db, misspelt, disk } };
}

test('plan --json has the shape that scripts rely on', async () => {
  const { scenario, file, ids } = await account();
  const { code, out, notes } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect([code, notes]).toEqual([0, '']);
  const plan = parseJson<PlanAnswer>(out);
  expect(plan.version).toBe(1);
  expect(
    plan.actions.map(({ action, id, source, policy, reason }) => [action, id ?? source, policy, reason]),
  ).toEqual([
    ['create-image', ids.db, 'nightly', 'opted in by Backup:nightly=true'],
    ['create-image', ids.web, 'nightly', 'opted in by Backup=nightly'],
    ['create-snapshots', ids.db, 'sets', 'opted in by Backup:sets=true'],
    ['create-snapshot', ids.disk, 'disks', 'opted in by Backup=disks'],
    ['deregister-image', expect.stringMatching(/^ami-/), 'nightly', 'no rule keeps it'],
    ['deregister-image', expect.stringMatching(/^ami-/), 'nightly', 'no rule keeps it'],
    ['deregister-image', expect.stringMatching(/^ami-/), 'nightly', 'no rule keeps it'],
  ]);
  expect(
    plan.verdicts.map(({ source, policy, decision, reasons }) => [source, policy, decision, ...reasons]),
  ).toEqual([
    [ids.web, 'nightly', 'prune', 'no rule keeps it'],
    [ids.web, 'nightly', 'prune', 'no rule keeps it'],
    [ids.web, 'nightly', 'prune', 'no rule keeps it'],
    [ids.web, 'nightly', 'keep', 'daily 3/3'],
    [ids.web, 'nightly', 'keep', 'daily 2/3'],
    [ids.web, 'nightly', 'keep', 'daily 1/3'],
  ]);
  expect(plan.verdicts.map(({ id }) => id)).toEqual([...new Set(plan.verdicts.map(({ id }) => id))]);
  expect(plan.skipped).toEqual([
    {
      id: ids.misspelt,
      reason: 'tag "Backup" names "nigthly", no policy of the file (did you mean nightly?)',
    },
  ]);
});

test('plan --json answers the same bytes each time', async () => {
  const { scenario, file } = await account();
  const first = await run(['plan', '--policies', file, '--json'], { scenario });
  const second = await run(['plan', '--policies', file, '--json'], { scenario });
  expect(second.out).toBe(first.out);
});

test('plan changes nothing and asks nothing, with or without a terminal', async () => {
  const { scenario, file } = await account();
  const before = mutatingCalls(scenario).length;
  for (const interactive of [true, false]) {
    const ended = await run(['plan', '--policies', file], { scenario, interactive });
    expect([ended.code, ended.questions]).toEqual([0, []]);
  }
  expect(mutatingCalls(scenario).length).toBe(before);
});

test('plan does what backup of each policy and prune then do', async () => {
  const { scenario, file } = await account();
  const planned = parseJson<PlanAnswer>(
    (await run(['plan', '--policies', file, '--json'], { scenario })).out,
  );
  const before = scenario.region.calls.length;
  for (const policy of ['nightly', 'sets', 'disks', 'payments']) {
    await run(['backup', '--policy', policy, '--policies', file, '--yes'], { scenario });
  }
  await run(['prune', '--policies', file, '--yes'], { scenario });
  const done = scenario.region.calls
    .slice(before)
    .filter(({ command }) => /^(Create|Delete|Dereg)/.test(command));
  // A volume takes its second snapshot no sooner than 15 s after the first: refused, then sent again.
  expect(done.filter(({ outcome }) => outcome === 'ok').map(({ command }) => command)).toEqual(
    planned.actions.map(({ action }) => COMMANDS[action]),
  );
});

const COMMANDS: Readonly<Record<string, string>> = {
  'create-image': 'CreateImage',
  'create-snapshots': 'CreateSnapshots',
  'create-snapshot': 'CreateSnapshot',
  'deregister-image': 'DeregisterImage',
  'delete-snapshot': 'DeleteSnapshot',
};

test('plan as text names the place, each policy, what would be deleted and what is skipped', async () => {
  const { scenario, file, ids } = await account();
  const { out } = await run(['plan', '--policies', file], { scenario });
  expect(out).toMatch(
    /^account 111122223333, Region ap-northeast-2, deployment test\. This is a plan: nothing is changed\./,
  );
  expect(out).toMatch(/^Backup nightly, slot 2026-11-28T03:00:00Z: 2 to make$/m);
  expect(out).toMatch(/^Prune: 6 recovery points, 3 kept, 3 to delete$/m);
  expect(out).toContain(ids.misspelt);
  expect(out).toContain('(did you mean nightly?)');
});

test('plan shows what an edit of the retention would delete, and refuses a spree', async () => {
  const scenario = new Scenario();
  for (let n = 0; n < 15; n += 1) scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  await scenario.backupEvery(DAY, 3, 'nightly');
  scenario.clock.advance(3 * HOUR);
  const file = await fileWith(POLICIES.replace('daily: 3', 'daily: 1'));
  const { out } = await run(['plan', '--policies', file, '--json'], { scenario });
  const plan = parseJson<PlanAnswer>(out);
  expect(plan.actions.filter(({ action }) => action === 'deregister-image')).toEqual([]);
  expect(plan.refused).toMatchObject([{ policy: 'nightly', deletions: 30 }]);
  expect(
    plan.verdicts.filter(({ reasons }) => reasons.some((reason) => reason.startsWith('refused: '))),
  ).toHaveLength(30);
});

test('--deployment acts as another deployment: nothing of this one is seen', async () => {
  const { scenario, file } = await account();
  const { out } = await run(['plan', '--policies', file, '--deployment', 'other', '--json'], { scenario });
  const plan = parseJson<PlanAnswer>(out);
  expect(plan.verdicts).toEqual([]);
  expect(plan.actions.every(({ action }) => action.startsWith('create-'))).toBe(true);
});

test('--region reads that Region and no other', async () => {
  const scenario = new Scenario({ regions: ['ap-northeast-2', 'us-east-1'] });
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  const file = await fileWith(POLICIES);
  const { out } = await run(['plan', '--policies', file, '--region', 'us-east-1', '--json'], { scenario });
  expect(parseJson<PlanAnswer>(out)).toMatchObject({ place: { region: 'us-east-1' }, actions: [] });
  expect(scenario.region.calls).toEqual([]);
});

test('[H20] a list that fails half way ends the command with an error and nothing is planned', async () => {
  const { scenario, file } = await account();
  let pages = 0;
  scenario.region.faults = ({ command }) => {
    if (command !== 'DescribeImages') return undefined;
    pages += 1;
    return pages === 2 ? { kind: 'error', name: 'InternalError', status: 500 } : undefined;
  };
  const { code, out, notes } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect([code, out]).toEqual([1, '']);
  expect(notes).toMatch(
    /cannot list the AMIs of account 111122223333 in ap-northeast-2, so nothing is done: InternalError/,
  );
});

test('progress is shown beside the answer, not in it', async () => {
  const { scenario, file } = await account();
  const { out, progress } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect(progress).toContain('Reading account 111122223333, Region ap-northeast-2');
  expect(progress).toContain('Reading AMIs: 6');
  expect(out).not.toContain('Reading');
});

test('a plan is of now: an hour later the slot is another', async () => {
  const { scenario, file } = await account();
  scenario.clock.advance(HOUR + MINUTE);
  const { out } = await run(['plan', '--policies', file, '--json'], { scenario });
  expect(
    new Set(
      parseJson<PlanAnswer>(out)
        .actions.filter(({ action }) => action.startsWith('create'))
        .map(({ slot }) => slot),
    ),
  ).toEqual(new Set(['2026-11-28T04:01:00Z']));
});

test('where nothing asks to be backed up it says which tags were looked for, and asks whether the Region is right', async () => {
  const file = await fileWith(POLICIES);
  const { code, out } = await run(['plan', '--policies', file], { scenario: new Scenario() });
  expect(code).toBe(0);
  expect(out).toContain('No instance here has the tag Backup=nightly or Backup:nightly=true.');
  expect(out).toContain('No volume here has the tag Backup=disks or Backup:disks=true.');
  expect(out).toContain('No instance here has tags that match its select (');
  expect(out.match(/is ap-northeast-2 the right Region\?/g)).toHaveLength(1);
});

test('where one policy has a source it only names those without', async () => {
  const scenario = new Scenario();
  scenario.region.runInstance({ tags: { Backup: 'nightly' } });
  const { out } = await run(['plan', '--policies', await fileWith(POLICIES)], { scenario });
  expect(out).not.toContain('Backup=nightly or');
  expect(out).toContain('No volume here has the tag Backup=disks');
  expect(out).not.toContain('the right Region');
});
