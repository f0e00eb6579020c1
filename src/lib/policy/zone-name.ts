import type { Parsed } from './keep.ts';
import { nearest } from './suggest.ts';
import { isTimeZone, knownTimeZones } from './time-zone.ts';

/** Checks the name of a time zone, to the letter: EventBridge is stricter about case than JavaScript. */
export function parseTimeZone(name: string): Parsed<string> {
  const sameButCase = zonesByLowerCase().get(name.toLowerCase());
  // An alias such as US/Eastern is valid, but not in the list.
  const valid = sameButCase === undefined ? isTimeZone(name) : sameButCase === name;
  if (valid) return { ok: true, value: name };
  const meant = sameButCase ?? nearest(name, zonesByLowerCase().values()) ?? zoneOfCity(name);
  const suggestion = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return {
    ok: false,
    problem: `${JSON.stringify(name.slice(0, 80))} is not a time zone, expected an IANA name such as Asia/Seoul or UTC${suggestion}`,
  };
}

let zones: ReadonlyMap<string, string> | undefined;

function zonesByLowerCase(): ReadonlyMap<string, string> {
  zones ??= new Map(knownTimeZones().map((zone) => [zone.toLowerCase(), zone]));
  return zones;
}

function zoneOfCity(name: string): string | undefined {
  const city = `/${name.toLowerCase().replaceAll(' ', '_')}`;
  const found = [...zonesByLowerCase()].find(([zone]) => zone.endsWith(city));
  return found?.[1];
}
