// Every package of the lock file must be under a licence that we may build on.
import { readFile } from 'node:fs/promises';

const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
]);

const lock = JSON.parse(await readFile(new URL('../package-lock.json', import.meta.url), 'utf8'));
const refused = Object.entries(lock.packages)
  .filter(([path]) => path !== '')
  .filter(
    ([, { license }]) =>
      !String(license)
        .replaceAll(/[()]/g, '')
        .split(' OR ')
        .some((one) => ALLOWED.has(one)),
  )
  .map(([path, { license }]) => `${path}: ${license ?? 'no licence'}`);

if (refused.length > 0) {
  console.error(`Licences that are not on the list of scripts/check-licences.js:\n${refused.join('\n')}`);
  process.exitCode = 1;
}
