import { isDlm, isMap, wordOf } from './written.ts';
import type { Finding, Path } from './yaml-source.ts';

/** What the schema cannot say of a policy's `rehearse`: whether it has instances to start, and where the subnet is. */
export function checkRehearse(path: Path, policy: unknown, targets: unknown): readonly Finding[] {
  const rehearse = wordOf(policy, 'rehearse');
  if (rehearse === undefined) return [];
  const at = [...path, 'rehearse'];
  if (isDlm(policy))
    return [onKey(at, 'rehearse is only for engine: lambda, expected it left out with engine: dlm')];
  if (wordOf(policy, 'backup') === 'volume')
    return [
      onKey(at, 'a backup of one volume is no instance, expected only with backup: image or snapshots'),
    ];
  return isMap(rehearse) ? checkPlace(at, rehearse, Array.isArray(targets) ? targets : []) : [];
}

function checkPlace(path: Path, rehearse: unknown, targets: readonly unknown[]): readonly Finding[] {
  const [account, region] = [wordOf(rehearse, 'account'), wordOf(rehearse, 'region')];
  const places = targets.map(
    (target) => `${text(wordOf(target, 'account'))} ${text(wordOf(target, 'region'))}`,
  );
  const listed = places.join('; ');
  if (account === undefined && region === undefined) {
    if (targets.filter((target) => wordOf(target, 'copiesOnly') !== true).length <= 1) return [];
    const message = `says not of which target its subnet is, expected account and region of one of ${listed}`;
    return [onKey(path, message)];
  }
  if (account === undefined || region === undefined) {
    const given = account === undefined ? 'region' : 'account';
    return [onKey([...path, given], `given alone, expected both account and region, or none of them`)];
  }
  if (targets.length === 0)
    return [onKey([...path, 'account'], 'the file has no targets, expected account and region left out')];
  const place = `${text(account)} ${text(region)}`;
  if (places.includes(place)) return [];
  const home = targets.every((target) => wordOf(target, 'copiesOnly') === true)
    ? ', or account and region left out for where the functions run'
    : '';
  return [onKey([...path, 'account'], `${place} is no target, expected one of ${listed}${home}`)];
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '?';
}

function onKey(path: Path, message: string): Finding {
  return { path, message, at: 'key' };
}
