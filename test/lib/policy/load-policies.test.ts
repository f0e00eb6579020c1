import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadPolicies, PolicyFileError } from '../../../src/lib/policy/load-policies.ts';

let directory = '';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ec2-backup-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function failureOf(path: string): Promise<PolicyFileError> {
  const error = await loadPolicies(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PolicyFileError) return error;
  throw new Error(`expected a PolicyFileError, got ${String(error)}`);
}

async function written(content: string | Uint8Array): Promise<string> {
  const path = join(directory, 'p.yml');
  await writeFile(path, content);
  return path;
}

test('loads the example that ships', async () => {
  const example = fileURLToPath(new URL('../../../policies.yml', import.meta.url));
  await expect(loadPolicies(example)).resolves.toMatchObject({ deployment: 'demo' });
});

test('loads a file with a byte order mark', async () => {
  const path = await written('\uFEFFversion: 1\ndeployment: prod\nretired: { a: {} }\n');
  await expect(loadPolicies(path)).resolves.toMatchObject({ deployment: 'prod' });
});

test('throws every problem, with the name of the file', async () => {
  const path = await written('version: 1\ndeployment: Prod\nretired: { a: {} }\n');
  const error = await failureOf(path);
  expect(error.name).toBe('PolicyFileError');
  expect(error.problems.map(({ path: word }) => word)).toEqual(['deployment']);
  expect(error.message).toBe(
    `${path}:2:13 deployment: "Prod" is not a deployment name, expected 1 to 32 of a-z, 0-9 and -\n1 problem in ${path}`,
  );
});

test('says how to start when there is no file, and keeps the cause', async () => {
  const path = join(directory, 'missing.yml');
  const error = await failureOf(path);
  expect(error.message).toBe(
    `cannot read the policy file ${path}: there is no such file. Copy the example policies.yml of ec2-backup to start with, or name yours with --policies FILE`,
  );
  expect(error.cause).toMatchObject({ code: 'ENOENT' });
  expect(error.problems).toEqual([]);
});

test('refuses a directory', async () => {
  expect((await failureOf(directory)).message).toBe(
    `cannot read the policy file ${directory}: it is a directory, expected a file. Name one with --policies FILE`,
  );
});

test('[H34] refuses bytes that are not UTF-8', async () => {
  const path = await written(Uint8Array.of(0xff, 0xfe, 0x76, 0x00));
  expect((await failureOf(path)).message).toBe(`cannot read the policy file ${path}: it is not UTF-8 text`);
});
