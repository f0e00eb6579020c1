/** What the command line says of backups that Windows makes itself. */

import { describe, expect, test } from 'vitest';
import { HOUR } from '../support/scenario.ts';
import { VSS, vssPolicies, windows, type WindowsOptions } from '../support/vss.ts';
import { parseJson } from './answers.ts';
import { fileWith, run } from './fake-shell.ts';

async function says(
  args: readonly string[],
  options: WindowsOptions & { slots?: number } = {},
): Promise<string> {
  const { slots = 1, ...rest } = options;
  const place = windows(rest);
  for (let slot = 0; slot < slots; slot += 1) {
    await place.scenario.backup('win');
    place.scenario.clock.advance(6 * HOUR);
  }
  const file = await fileWith(vssPolicies());
  const id = place.scenario.region.snapshots()[0]?.id ?? '';
  const { code, out } = await run(
    [...args.map((word) => (word === 'ID' ? id : word)), '--policies', file],
    place,
  );
  expect(code).toBe(0);
  return out;
}

test('plan says who makes the backup, and what its tags cannot carry', async () => {
  const out = await says(['plan'], { slots: 0, tags: { Owner: 'a,b' } });
  expect(out).toContain(`opted in by Backup=win; made by Windows itself, through ${VSS}`);
  expect(out).toContain('VSS takes few characters in tags: 1 of its own are left out: Owner');
});

describe('what VSS came to', () => {
  test.each([
    { makes: 'application', is: 'application' },
    { makes: 'crash', is: 'crash' },
  ] as const)('is in list and explain: $is-consistent', async ({ makes, is }) => {
    const vss = { makes };
    expect(await says(['list'], { vss })).toContain(`(VSS: ${is}-consistent)`);
    const { points } = parseJson<{ points: unknown[] }>(await says(['list', '--json'], { vss }));
    expect(points).toMatchObject([{ consistency: is }]);
    expect(await says(['explain', 'ID'], { vss })).toMatch(new RegExp(`^  VSS     ${is}-consistent$`, 'm'));
    expect(parseJson(await says(['explain', 'ID', '--json'], { vss }))).toMatchObject({
      point: { consistency: is },
    });
  });
});

test('validate says who makes it, and how long that may take', async () => {
  const { scenario } = windows();
  const { code, out } = await run(['validate', await fileWith(vssPolicies('skip'))], { scenario });
  expect(code).toBe(0);
  expect(out).toMatch(
    /lets Windows make win itself by AWSEC2-VssInstallAndSnapshot, within 600 s; where VSS fails, no backup$/m,
  );
});
