/** What `doctor` says of the documents that policies name in their hooks. */

import { expect, test } from 'vitest';
import type { DoctorJson } from '../../src/lib/report/doctor-text.ts';
import { onCommand } from '../../src/simulator/faults.ts';
import { simulatedConnect } from '../support/environment.ts';
import { DLM_CONTRACT, hooked, hookedPolicies, type Hooked } from '../support/hooking.ts';
import { VSS, vssPolicies, windows } from '../support/vss.ts';
import { parseJson } from './answers.ts';
import { connectionTo, fileWith, run } from './fake-shell.ts';

async function said({ scenario }: Pick<Hooked, 'scenario'>, policies: string): Promise<readonly string[]> {
  const at = simulatedConnect({ home: scenario.account });
  const connect = () => Promise.resolve({ ...connectionTo(scenario), at });
  const file = await fileWith(policies);
  const { out } = await run(['doctor', '--policies', file, '--json'], { scenario, connect });
  return parseJson<DoctorJson>(out)
    .checks.filter(({ name }) => name.startsWith('hooks '))
    .map(({ level, message }) => `${level} ${message}`);
}

test('a document that is there with DLM’s contract passes', async () => {
  const policies = hookedPolicies();
  expect(await said(hooked(policies), policies)).toEqual([
    'ok the document db-freeze of db is there, with the parameters that it is given',
  ]);
});

test('one that is not there fails, and the message says where to look', async () => {
  const policies = hookedPolicies('{ document: other }');
  expect(await said(hooked(policies), policies)).toEqual([
    expect.stringMatching(
      /^fail the document other of db cannot be found \(InvalidDocument: .*\): make it there, as docs\/hooks.md says$/,
    ),
  ]);
});

test('one without a parameter that it is given fails', async () => {
  const policies = hookedPolicies('{ document: db-freeze, parameters: { database: orders } }');
  expect(await said(hooked(policies), policies)).toEqual([
    expect.stringMatching(/^fail the document db-freeze of db has no parameter database: /),
  ]);
  const place = hooked();
  const { command } = DLM_CONTRACT;
  place.scenario.region.hooks.createDocument({ name: 'db-freeze', parameters: { command } });
  expect(await said(place, hookedPolicies())).toEqual([
    expect.stringMatching(/^fail the document db-freeze of db has no parameter executionId: /),
  ]);
});

test('one that the credentials may not look at is a warning with the permission', async () => {
  const place = hooked();
  const name = 'AccessDeniedException';
  place.scenario.region.faults = onCommand('DescribeDocument', 1, { kind: 'error', name });
  expect(await said(place, hookedPolicies())).toEqual([
    expect.stringMatching(/^warn could not be checked .*: allow these credentials ssm:DescribeDocument$/),
  ]);
});

test('nothing is said, and nobody asked, where no policy has hooks', async () => {
  const place = hooked();
  const policies = hookedPolicies().replace(/, hooks: .*}/, ' }');
  expect(policies).not.toContain('hooks');
  expect(await said(place, policies)).toEqual([]);
  expect(place.scenario.region.calls.map(({ service }) => service)).not.toContain('ssm');
});

test('Amazon’s document for VSS passes by its own parameters, and names what is not looked at', async () => {
  const policies = vssPolicies();
  expect(await said(windows({ policies }), policies)).toEqual([
    `ok the document ${VSS} of win is there, with the parameters that it is given; the profiles of the instances need the managed policy AWSEC2VssSnapshotPolicy, or what it allows, which is not looked at here`,
  ]);
});
