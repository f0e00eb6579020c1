/** What the product said of backups that are missing: lines of its log that name them, each with an alarm that rang for it. */

import type { LogRecord } from '../../src/lib/report/log-records.ts';
import type { Ringing } from '../../src/simulator/stack-alarms.ts';
import { HOUR } from '../support/scenario.ts';

/** A backup that is not there. */
export interface Missing {
  /** `account/region` */
  readonly place: string;
  readonly policy: string;
  readonly source: string;
  /** ms since the epoch. */
  readonly slot: number;
  /** From here on it could be told. */
  readonly from: number;
  /** By then it must be told. */
  readonly to: number;
}

interface Telling {
  readonly at: number;
  /** One of these rings. */
  readonly alarms: readonly string[];
  /** ms */
  readonly within: number;
}

/** What the watch says of a source as it stands, and what alarm rings for each. */
const STATES: Readonly<Record<string, string>> = {
  stale: 'StaleSourcesAlarm',
  never: 'NeverBackedUpAlarm',
  failed: 'FailedPointsAlarm',
};

/** From what is logged to its alarm: the states are looked at every six hours, all else at least every hour. */
const STATES_RING_WITHIN = 6.1 * HOUR;
const RING_WITHIN = 1.1 * HOUR;

export class Tellings {
  /** By `place policy source`. */
  readonly #states = new Map<string, Telling[]>();
  /** By `place policy source slot`. */
  readonly #failures = new Map<string, Telling[]>();
  /** By `policy slot`, or `place policy slot` where a place is named. */
  readonly #requests = new Map<string, Telling[]>();

  /** By `place policy source slot`: backups with a warning. */
  readonly #warned = new Set<string>();

  /** What a function logs. */
  hear(records: Iterable<LogRecord>, correlation: Readonly<Record<string, unknown>>, at: number): void {
    const { job, account, region } = correlation;
    if (job !== 'watch' && job !== 'backup') return;
    const place = `${String(account)}/${String(region)}`;
    for (const { message, fields } of records) {
      if (message === 'take note') this.#hearState(place, fields, at);
      if (message === 'outcome' && job === 'backup') this.#hearOutcome(place, fields, at);
      if (message === 'slot missed') this.#hearMissed(fields, at);
    }
  }

  /** A request that lies in a dead-letter queue, where an alarm rings for it. */
  hearAside(queue: string, body: string, at: number): void {
    const { policy, slot, place } = JSON.parse(body) as {
      readonly policy?: string;
      readonly slot: string;
      readonly place?: { readonly account: string; readonly region: string };
    };
    if (policy === undefined) return;
    const where = place ? `${place.account}/${place.region} ` : '';
    add(this.#requests, `${where}${policy} ${Date.parse(slot)}`, {
      at,
      alarms: [`${queue}Alarm`],
      within: RING_WITHIN,
    });
  }

  /** Whether somebody who reads the log when an alarm rings learns of it; the silence of a place tells of all in it. */
  tells(missing: Missing, alarms: ReadonlyMap<string, readonly Ringing[]>): boolean {
    const { place, policy, source, slot, from, to } = missing;
    const of = `${place} ${policy} ${source}`;
    const heard = [
      ...(this.#states.get(of) ?? []).filter(({ at }) => at >= from),
      ...(this.#failures.get(`${of} ${slot}`) ?? []),
      ...(this.#requests.get(`${policy} ${slot}`) ?? []),
      ...(this.#requests.get(`${place} ${policy} ${slot}`) ?? []),
    ].filter(({ at }) => at <= to);
    const rang = (id: string, since: number, until: number): boolean =>
      (alarms.get(id) ?? []).some((ringing) => ringing.from <= until && ringing.to >= since);
    const isTold = heard.some((one) => one.alarms.some((id) => rang(id, one.at, one.at + one.within)));
    return isTold || rang(silenceOf(place), from, to);
  }

  /** Whether anything was said of a backup, by `place policy source slot`, besides that it was made. */
  warns(backup: string): boolean {
    return this.#warned.has(backup);
  }

  #hearState(place: string, fields: LogRecord['fields'], at: number): void {
    const { finding, policy, id, reason } = fields;
    const alarm = STATES[String(finding)];
    if (alarm === undefined) return;
    const source = finding === 'failed' ? /^backup of (\S+),/.exec(String(reason))?.[1] : String(id);
    add(this.#states, `${place} ${String(policy)} ${source}`, {
      at,
      alarms: [alarm],
      within: STATES_RING_WITHIN,
    });
  }

  #hearOutcome(place: string, fields: LogRecord['fields'], at: number): void {
    const { status, policy, source, slot, warning } = fields;
    const key = `${place} ${String(policy)} ${String(source)} ${Date.parse(String(slot))}`;
    // That one is only crash-consistent is what its tag says, too.
    if (typeof warning === 'string' && !warning.startsWith('only crash-consistent')) this.#warned.add(key);
    if (status === 'done' || status === 'already-done') return;
    add(this.#failures, key, {
      at,
      alarms: ['FailedRunsAlarm', 'ExhaustedRoundsAlarm'],
      within: RING_WITHIN,
    });
  }

  #hearMissed({ reason }: LogRecord['fields'], at: number): void {
    const [, policy, slot] = /^policy (\S+): slot (\S+) is missed/.exec(String(reason)) ?? [];
    if (policy === undefined || slot === undefined) return;
    add(this.#requests, `${policy} ${Date.parse(slot)}`, {
      at,
      alarms: ['MissedSlotsAlarm'],
      within: STATES_RING_WITHIN,
    });
  }
}

function add(tellings: Map<string, Telling[]>, key: string, telling: Telling): void {
  const known = tellings.get(key);
  if (known) known.push(telling);
  else tellings.set(key, [telling]);
}

/** As infra names the alarm of a place. */
function silenceOf(place: string): string {
  const [account = '', region = ''] = place.split('/');
  const part = region
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
  return `SilenceAlarmOf${account}${part}`;
}
