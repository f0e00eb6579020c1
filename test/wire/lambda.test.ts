/**
 * The bundles as Lambda loads them: unzipped from what `serverless package` made, in a process of their own, over HTTP,
 * with the SDK that is in them.
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseJson } from '../cli/answers.ts';
import { Copy } from '../package/packaged.ts';
import { images, snapshots, tagsOf } from './account.ts';
import { onMoto } from './backends.ts';
import { motoAccount, motoEnvironment, runProgram } from './moto-account.ts';
import { lastHours, POLICIES } from './steps.ts';

/** Loads a bundle and calls its handler with an event; the answer is the last line, after those of the log. */
const INVOKE = `
const [bundle, event] = process.argv.slice(1);
const { handler } = await import(bundle);
console.log(JSON.stringify(await handler(JSON.parse(event))));
`;

interface Answer {
  readonly job: string;
  readonly place: { readonly account: string; readonly region: string };
  readonly counts: Readonly<Record<string, number>>;
}

interface LogLine {
  readonly message: string;
  readonly run: string;
  readonly account: string;
  readonly region: string;
}

interface Invoked {
  readonly code: number | null;
  readonly notes: string;
  readonly log: readonly LogLine[];
  readonly answer: Answer;
}

onMoto('the packaged Lambdas on moto', (server) => {
  const copy = new Copy(POLICIES);
  const bundles = new Map<string, string>();

  beforeAll(() => {
    const { code, said } = copy.serverless(['package']);
    if (code !== 0) throw new Error(`serverless package failed: ${said}`);
    for (const name of ['backup', 'prune']) bundles.set(name, copy.unpack(name));
  });
  afterAll(() => copy.remove());

  async function invoke(name: string, event: object): Promise<Invoked> {
    const bundle = bundles.get(name) ?? '';
    const args = ['--input-type=module', '-e', INVOKE, bundle, JSON.stringify(event)];
    const { code, out, notes } = await runProgram(process.execPath, args, motoEnvironment(server()));
    const lines = out.trimEnd().split('\n');
    const answer = parseJson<Answer>(lines.pop() ?? '');
    // Metrics are lines of CloudWatch's embedded format between those of the log.
    const log = lines.map((line) => parseJson<LogLine>(line)).filter((line) => !('_aws' in line));
    return { code, notes, answer, log };
  }

  test('backup makes an AMI of the slot, logs what it decided and did, and answers the counts', async () => {
    const account = await motoAccount(server());
    const web = await account.launch({ tags: { Name: 'web', Backup: 'images' } });
    const [slot = ''] = lastHours(account, 1);
    const event = { job: 'backup', policy: 'images', slot, trigger: 'schedule' };
    const { code, notes, answer, log } = await invoke('backup', event);
    expect([code, notes]).toEqual([0, '']);
    expect(answer).toMatchObject({
      version: 1,
      job: 'backup',
      slot,
      place: { account: '111122223333', region: 'ap-northeast-2' },
      counts: { done: 1, failed: 0 },
    });
    expect(log.map(({ message }) => message)).toEqual(['decision', 'outcome', 'run ended']);
    for (const line of log)
      expect(line).toMatchObject({ run: slot, account: '111122223333', region: 'ap-northeast-2' });
    const made = [...(await images(account)), ...(await snapshots(account))].map(tagsOf);
    expect(made).toHaveLength(3);
    for (const tags of made)
      expect(tags).toMatchObject({
        'ec2-backup:deployment': 'wire',
        'ec2-backup:source': web.id,
        'ec2-backup:slot': slot,
        'ec2-backup:trigger': 'schedule',
      });
    expect((await invoke('backup', event)).answer.counts).toMatchObject({ done: 0, 'already-done': 1 });
  });

  test('prune deletes by the policies that were packaged with it', async () => {
    const account = await motoAccount(server());
    await account.launch({ tags: { Backup: 'images' } });
    const slots = lastHours(account, 3);
    for (const slot of slots) await invoke('backup', { policy: 'images', slot });
    const { code, notes, answer, log } = await invoke('prune', {});
    expect([code, notes]).toEqual([0, '']);
    expect(answer).toMatchObject({ job: 'prune', counts: { done: 1, failed: 0 } });
    expect(log.map(({ message }) => message)).toEqual([
      ...Array<string>(3).fill('decision'),
      'outcome',
      'run ended',
    ]);
    expect((await images(account)).map((image) => tagsOf(image)['ec2-backup:slot'])).toEqual(slots.slice(1));
    expect(await snapshots(account)).toHaveLength(4);
  });

  test('a dry run answers the plan and makes nothing', async () => {
    const account = await motoAccount(server());
    const { id } = await account.launch({ tags: { Backup: 'images' } });
    const { answer } = await invoke('backup', { policy: 'images', dryRun: true });
    expect(answer).toMatchObject({ actions: [{ action: 'create-image', source: id }] });
    expect(await images(account)).toEqual([]);
  });
});
