/** What the schema cannot say of `copies`: rules about two of their words, or about copies and targets. */

import { entriesOf, isDlm, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

export function checkCopies(file: unknown): readonly Finding[] {
  const surroundings = surroundingsOf(file);
  return entriesOf(file, 'policies')
    .filter(([, policy]) => isDlm(policy) === false)
    .flatMap(([name, policy]) => {
      const copies = listOf(policy, 'copies');
      return copies.flatMap((copy, index) => {
        const path = ['policies', name, 'copies', index];
        return [
          ...checkTwice(copies, path, surroundings),
          ...checkKey(copy, path),
          ...checkAccount(copy, path, surroundings),
          ...checkRegion(copy, path, surroundings),
        ];
      });
    });
}

/** As far as the file tells: without targets nobody knows yet where home is. */
interface Surroundings {
  readonly targets: readonly unknown[];
  /** Where backups are made. */
  readonly sources: readonly unknown[];
  /** The accounts of the sources. */
  readonly accounts: ReadonlySet<unknown>;
}

function surroundingsOf(file: unknown): Surroundings {
  const targets = listOf(file, 'targets');
  const sources = targets.filter((target) => wordOf(target, 'copiesOnly') !== true);
  // Home is the account of what is worked in without another role.
  const homes = targets.filter((target) => wordOf(target, 'rolePrefix') === undefined);
  const accounts = (sources.length > 0 ? sources : homes).map((target) => wordOf(target, 'account'));
  return { targets, sources, accounts: new Set(accounts) };
}

/** Copies without an account go to that of each source. */
function checkTwice(copies: readonly unknown[], path: Path, { accounts }: Surroundings): readonly Finding[] {
  const index = Number(path.at(-1));
  const [region, account] = placeOf(copies[index]);
  if (region === undefined) return [];
  const first = copies.findIndex((copy) => {
    const [otherRegion, other] = placeOf(copy);
    if (otherRegion !== region) return false;
    if (other === account) return true;
    return (other === undefined || account === undefined) && accounts.has(other ?? account);
  });
  // It finds itself at least.
  if (first === -1 || first >= index) return [];
  const { [first]: other } = copies;
  const where = account ?? placeOf(other)[1];
  const place = where === undefined ? region : `${region} of ${where}`;
  const message = `${place} is given twice, first in copies[${first}], expected each place once`;
  return [{ path, message, at: 'value' }];
}

function checkKey(copy: unknown, path: Path): readonly Finding[] {
  const [region, key] = [wordOf(copy, 'region'), wordOf(copy, 'key')];
  if (typeof key !== 'string') return [];
  const findings: Finding[] = [];
  if (wordOf(copy, 'encrypted') === false) {
    const message = 'false beside a key, expected true; or leave the key out';
    findings.push({ path: [...path, 'encrypted'], message, at: 'value' });
  }
  const [, , service, home = ''] = key.split(':');
  if (service === 'kms' && typeof region === 'string' && home !== region) {
    const message = `a key of ${home}, expected one of ${region}, where the copy is made`;
    findings.push({ path: [...path, 'key'], message, at: 'value' });
  }
  return findings;
}

function checkAccount(copy: unknown, path: Path, { targets }: Surroundings): readonly Finding[] {
  const account = wordOf(copy, 'account');
  if (typeof account !== 'string') return [];
  if (targets.some((target) => wordOf(target, 'account') === account)) return [];
  const message = `no target is in account ${account}, expected one (with copiesOnly: true where nothing is backed up there)`;
  return [{ path: [...path, 'account'], message, at: 'value' }];
}

function checkRegion(copy: unknown, path: Path, { sources }: Surroundings): readonly Finding[] {
  const [account, region] = [wordOf(copy, 'account'), wordOf(copy, 'region')];
  if (typeof region !== 'string') return [];
  const found = (message: string): readonly Finding[] => [
    { path: [...path, 'region'], message, at: 'value' },
  ];
  const isOwn = (target: unknown): boolean =>
    wordOf(target, 'region') === region &&
    (account ?? wordOf(target, 'account')) === wordOf(target, 'account');
  if (sources.length > 0 && sources.every(isOwn))
    return found(`${region} is where the backups are made, expected another Region or account`);
  const apart = sources
    .map((target) => textOf(target, 'region'))
    .find((from) => from !== undefined && partOf(from) !== partOf(region));
  if (apart === undefined) return [];
  return found(
    `${region} is of another partition than the target ${apart}, expected one of the same: nothing is copied between them`,
  );
}

/** AWS's partitions share no accounts; each begins its Regions in its own way. */
function partOf(region: string): string {
  return /^(?:cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)(?=-)/.exec(region)?.[0] ?? 'aws';
}

function placeOf(copy: unknown): readonly [region: string | undefined, account: string | undefined] {
  return [textOf(copy, 'region'), textOf(copy, 'account')];
}

function textOf(holder: unknown, word: string): string | undefined {
  const text = wordOf(holder, word);
  return typeof text === 'string' ? text : undefined;
}

function listOf(holder: unknown, word: string): readonly unknown[] {
  const list = wordOf(holder, word);
  return Array.isArray(list) ? (list as readonly unknown[]) : [];
}
