/** The built program reads the rules of the Recycle Bin from a server of their own: moto has none. */

import { expect, test } from 'vitest';
import type { RecycleBinJson } from '../../src/lib/report/bin-text.ts';
import { parseJson } from '../cli/answers.ts';
import { fileWith } from '../cli/fake-shell.ts';
import { serveRecycleBin } from '../support/bin-server.ts';
import { onMoto } from './backends.ts';
import { motoAccount, motoEnvironment, PROGRAM, runProgram } from './moto-account.ts';
import { backupSlots, lastHours, POLICIES } from './steps.ts';

const RULE = { RetentionPeriod: { RetentionPeriodValue: 9, RetentionPeriodUnit: 'DAYS' } };

onMoto('the built program on moto', (server) => {
  const aboutBin = async (
    more: Readonly<Record<string, string>> = {},
  ): Promise<RecycleBinJson | undefined> => {
    const account = await motoAccount(server());
    await account.launch({ tags: { Backup: 'images' } });
    await backupSlots(account, 'images', lastHours(account, 3));
    const args = [PROGRAM, 'plan', '--policies', await fileWith(POLICIES), '--json'];
    const { code, out } = await runProgram(process.execPath, args, { ...motoEnvironment(server()), ...more });
    expect(code).toBe(0);
    return parseJson<{ readonly recycleBin?: RecycleBinJson }>(out).recycleBin;
  };

  test('says what the rules of the Recycle Bin mean for what it deletes', async () => {
    const { url, asked } = await serveRecycleBin(({ line, body }) => {
      const id = /^GET \/rules\/(.*)$/.exec(line)?.[1];
      if (id !== undefined) return { body: { ...RULE, Identifier: id, Status: 'available' } };
      const { ResourceType } = body as { ResourceType: string };
      const Identifier = ResourceType === 'EC2_IMAGE' ? 'ofImages001' : 'ofSnaps0001';
      return { body: { Rules: [{ ...RULE, Identifier }] } };
    });
    const about = await aboutBin({ AWS_ENDPOINT_URL_RBIN: url });
    expect(about?.groups).toEqual([
      {
        images: 1,
        snapshots: 2,
        imageStay: { sure: { rule: 'ofImages001', days: 9 } },
        snapshotStay: { sure: { rule: 'ofSnaps0001', days: 9 } },
      },
    ]);
    expect(about?.warnings).toEqual([]);
    expect(asked.map(({ line }) => line)).toEqual([
      'POST /list-rules',
      'GET /rules/ofImages001',
      'POST /list-rules',
      'GET /rules/ofSnaps0001',
    ]);
    for (const { authorization } of asked)
      expect(authorization).toContain('/ap-northeast-2/rbin/aws4_request');
  });

  test('says that they could not be read where nobody answers so, and plans all the same', async () => {
    const about = await aboutBin();
    expect(about).toMatchObject({ groups: [], warnings: [] });
    expect(about?.remarks).toEqual([expect.stringMatching(/^its rules could not be read: /)]);
  });
});
