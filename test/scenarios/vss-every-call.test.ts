/**
 * A backup through VSS that dies, or hears no answer, at any of its calls: the same slot asked for again has one set, made by
 * Windows or by us, and nothing of ours was made while a command might still make one.
 */

import { describe, expect, test } from 'vitest';
import { onNth, type Fault } from '../../src/simulator/faults.ts';
import { HOUR, MINUTE, START } from '../support/scenario.ts';
import { bySetOf, vssPolicies, windows, type Windows } from '../support/vss.ts';

const FAULTS: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'the process dies before it', fault: { kind: 'die', when: 'before' } },
  { title: 'the process dies after it', fault: { kind: 'die', when: 'after' } },
  { title: '[H2] its answer is lost', fault: { kind: 'lost-answer' } },
  { title: '[H2] it is unavailable but taken', fault: { kind: 'unavailable', accepted: true } },
  { title: 'it is unavailable and not taken', fault: { kind: 'unavailable', accepted: false } },
  { title: 'it is throttled', fault: { kind: 'throttle' } },
];

const LAGS = [0, 4 * MINUTE];
const CASES = LAGS.flatMap((lag) => FAULTS.map((fault) => ({ ...fault, lag })));
const KINDS = [
  { onFailure: 'crash-consistent', makes: 'application' },
  { onFailure: 'crash-consistent', makes: 'crash' },
  { onFailure: 'crash-consistent', makes: 'none' },
  { onFailure: 'skip', makes: 'application' },
] as const;

describe.each(KINDS)('a backup through VSS ($makes, onFailure: $onFailure)', ({ onFailure, makes }) => {
  function world(readLag: number): Windows {
    return windows({
      policies: vssPolicies(onFailure),
      settings: { readLag, pageSize: 20, emptyPages: false },
      vss: { makes, takes: { create: 10_000, tag: 1000, end: 1000 } },
    });
  }

  async function attempt({ scenario }: Windows): Promise<void> {
    await scenario.backup('win', { slot: START }).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
    });
  }

  /** Of our own sets, those that were asked for while a command was under way. */
  function madeBeside({ scenario: { region } }: Windows): unknown[] {
    const commands = region.hooks.commands();
    return region.calls.filter(
      ({ command, at }) =>
        command === 'CreateSnapshots' && commands.some(({ sentAt, endsAt }) => sentAt <= at && at < endsAt),
    );
  }

  test.each(CASES)('when $title (reads lag by $lag ms), at every call', async ({ fault, lag }) => {
    const calm = world(lag);
    await attempt(calm);
    const calls = calm.scenario.region.calls.length;
    expect(calls).toBeGreaterThan(8);
    for (let n = 1; n <= calls; n += 1) {
      const where = `call ${n} of ${calls}`;
      const place = world(lag);
      const { scenario } = place;
      const { region, clock } = scenario;
      region.faults = onNth(n, fault);
      await attempt(place);
      region.revive();
      region.faults = () => undefined;
      clock.set(Math.max(clock.now(), START + 20 * MINUTE));
      await attempt(place);
      clock.advance(HOUR);
      const { theirs, ours } = bySetOf(scenario);
      const sets = [theirs.length, ours.length];
      expect([[4, 0], ...(onFailure === 'skip' ? [] : [[0, 4]])], where).toContainEqual(sets);
      expect(madeBeside(place), where).toEqual([]);
      for (const { tags } of ours) expect(tags['ec2-backup:consistency'], where).toBe('crash');
    }
  });
});
