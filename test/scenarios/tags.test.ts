import { describe, expect, test } from 'vitest';
import { DAY, HOUR, Scenario } from '../support/scenario.ts';
import { at, ends, only, verdicts } from './story.ts';

const KINDS = ['nightly', 'sets', 'disks'] as const;
type Kind = (typeof KINDS)[number];

interface Made {
  readonly scenario: Scenario;
  readonly id: string;
}

function source(policy: Kind, tags: Readonly<Record<string, string>>): Made {
  const scenario = new Scenario();
  const all = { Backup: policy, ...tags };
  if (policy === 'disks') return { scenario, id: scenario.region.createVolume({ sizeGiB: 5, tags: all }) };
  const securityGroups = Array.from({ length: 16 }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
  const volumes = Array.from({ length: 24 }, (_, index) => ({
    device: `/dev/xvd${'abcdefghijklmnopqrstuvwx'[index] ?? ''}`,
    sizeGiB: 8,
    type: 'io2' as const,
    iops: 12_000,
  }));
  return { scenario, id: scenario.region.runInstance({ tags: all, securityGroups, volumes }).id };
}

function numbered(count: number, value = 'x'): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`Own${String(index).padStart(2, '0')}`, value]),
  );
}

/** The tags of everything that was made: they are the same on all of it. */
function tagsMade({ region }: Scenario): Readonly<Record<string, string>> {
  const all = [...region.images(), ...region.snapshots()].map(({ tags }) => tags);
  for (const tags of all) expect(tags).toEqual(all[0]);
  return at(all, 0);
}

describe.each(KINDS)('a source of %s with many tags', (policy) => {
  test('[H30] of which there are 50, full to the brim, is backed up, and what has no room is told', async () => {
    const { scenario, id } = source(policy, numbered(49, 'v'.repeat(256)));
    const { plan, outcomes } = await scenario.backup(policy);
    expect(outcomes.map(({ status }) => status)).toEqual(['done']);
    const tags = tagsMade(scenario);
    const own = Object.keys(tags).filter((key) => key.startsWith('Own'));
    expect(Object.keys(tags)).toHaveLength(40);
    expect(own).toEqual(Object.keys(numbered(own.length)));
    expect(tags).toMatchObject({
      'ec2-backup:deployment': 'test',
      'ec2-backup:policy': policy,
      'ec2-backup:source': id,
      'ec2-backup:slot': '2026-11-22T03:00:00Z',
    });
    const warning = only(plan.warnings);
    expect(warning).toMatchObject({ id, policy });
    expect(warning.reason).toContain(`no room for ${49 - own.length} of its own tags on the backup`);
    expect(warning.reason).toContain('Own48');
  });

  test('[H30] of AWS services, or with our own prefixes, passes none of those on', async () => {
    const { scenario } = source(policy, {
      'aws:cloudformation:stack-name': 'web',
      'aws:autoscaling:groupName': 'web',
      'AWS:odd': 'x',
      'Backup:Keep': 'last=9',
      'backup:odd': 'x',
      'EC2-Backup:deployment': 'other',
      'dlm:managed': 'true',
      Team: 'web',
    });
    await scenario.backup(policy);
    const keys = Object.keys(tagsMade(scenario));
    expect(keys.filter((key) => /^(aws:|backup|dlm:)/i.test(key))).toEqual([]);
    expect(keys.filter((key) => key.startsWith('EC2'))).toEqual([]);
    expect(tagsMade(scenario)).toMatchObject({
      Team: 'web',
      'ec2-backup:keep': 'last=9',
      'ec2-backup:deployment': 'test',
    });
  });

  test('[H30] that few fit on is good when it is done, however long its restore sheet is', async () => {
    const { scenario } = source(policy, numbered(20));
    await scenario.backup(policy, { hold: 'h'.repeat(256) });
    for (const value of Object.values(tagsMade(scenario))) expect(value.length).toBeLessThanOrEqual(256);
    scenario.clock.advance(HOUR);
    expect(only(verdicts((await scenario.prune()).plan))).toMatch(/keep: (daily|last) 1\/\d; held: h+$/);
  });
});

describe('the Name of a source', () => {
  const NAMES: readonly { name: string; text: string }[] = [
    { name: 'with characters that an AMI name may not have', text: 'web: "prod" <1> #2 & 50% \\ *?' },
    { name: 'of 128 characters', text: 'n'.repeat(128) },
    { name: 'of 256 characters', text: 'n'.repeat(256) },
    { name: 'in Korean', text: '결제 서버 — 서울' },
    { name: 'that is empty', text: '' },
    { name: 'that looks like a path', text: '../../other/policy' },
  ];

  test.each(NAMES)(
    '[H31] $name does not reach the AMI name, and the Name tag carries it',
    async ({ text }) => {
      const { scenario, id } = source('nightly', { Name: text });
      expect(ends((await scenario.backup('nightly')).outcomes)).toEqual(['create-image done']);
      const image = only(scenario.region.images());
      expect(image.name).toBe(`test/nightly/${id}/20261122T030000Z`);
      expect(image.name).toMatch(/^[A-Za-z0-9_./()-]{3,127}$/);
      const shown = image.tags['Name'] ?? '';
      expect(shown.endsWith(' nightly 2026-11-22T03:00:00Z')).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(256);
      expect(text.startsWith(shown.slice(0, -' nightly 2026-11-22T03:00:00Z'.length))).toBe(true);
    },
  );

  test('[H31] the longest names of a deployment and a policy still make an AMI name', async () => {
    const [deployment, policy] = ['d'.repeat(32), 'p'.repeat(32)];
    const scenario = new Scenario({
      policies: `
version: 1
deployment: ${deployment}
policies: { ${policy}: { backup: image, schedule: every 24 hours, keep: { daily: 3 } } }
prune: { schedule: every 6 hours, maxShare: 30% }
`,
    });
    const { id } = scenario.region.runInstance({ tags: { [`Backup:${policy}`]: 'true' } });
    await scenario.backupEvery(DAY, 2, policy);
    expect(scenario.region.images().map(({ name }) => name)).toEqual([
      `${deployment}/${policy}/${id}/20261122T030000Z`,
      `${deployment}/${policy}/${id}/20261123T030000Z`,
    ]);
  });
});
