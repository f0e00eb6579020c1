/**
 * A hooked backup that dies, or hears no answer, at any of its calls: what was frozen is thawed, at the latest by the document's
 * own timer, and the same slot asked for again makes one backup, of which no tag says what is not so.
 */

import { describe, expect, test } from 'vitest';
import { onNth, type Fault } from '../../src/simulator/faults.ts';
import { AUTO_THAW } from '../../src/simulator/ssm-guests.ts';
import { changesOf, hooked, hookedPolicies, type Hooked } from '../support/hooking.ts';
import { HOUR, MINUTE, START } from '../support/scenario.ts';

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
  { backup: 'snapshots', onFailure: 'crash-consistent' },
  { backup: 'image', onFailure: 'crash-consistent' },
  { backup: 'snapshots', onFailure: 'skip' },
] as const;

describe.each(KINDS)('a hooked backup ($backup, onFailure: $onFailure)', ({ backup, onFailure }) => {
  function world(readLag: number): Hooked {
    const policies = hookedPolicies(`{ document: db-freeze, onFailure: ${onFailure} }`, backup);
    return hooked(policies, { settings: { readLag, pageSize: 20, emptyPages: false } });
  }

  async function attempt({ scenario }: Hooked): Promise<void> {
    await scenario.backup('db', { slot: START }).catch((error: unknown) => {
      if (!(error instanceof Error)) throw error;
    });
  }

  async function callsOf(lag: number): Promise<number> {
    const calm = world(lag);
    await attempt(calm);
    return calm.scenario.region.calls.length;
  }

  test.each(CASES)('when $title (reads lag by $lag ms), at every call', async ({ fault, lag }) => {
    const calls = await callsOf(lag);
    expect(calls).toBeGreaterThan(8);
    for (let n = 1; n <= calls; n += 1) {
      const where = `call ${n} of ${calls}`;
      const place = world(lag);
      const { scenario, instance } = place;
      const { region, clock } = scenario;
      region.faults = onNth(n, fault);
      await attempt(place);
      region.revive();
      region.faults = () => undefined;
      clock.advance(AUTO_THAW + MINUTE);
      expect(region.hooks.frozenSince(instance), where).toBeUndefined();

      clock.set(START + 10 * MINUTE);
      await attempt(place);
      clock.set(START + HOUR);
      const parts = region.snapshots();
      expect(
        parts.map(({ state }) => state),
        where,
      ).toEqual(['completed', 'completed']);
      expect(
        region.images().map(({ state }) => state),
        where,
      ).toEqual(backup === 'image' ? ['available'] : []);
      expect(region.hooks.frozenSince(instance), where).toBeUndefined();
      const freezes = region.hooks.freezes(instance);
      for (const { from, to } of freezes) expect(to - from, where).toBeLessThanOrEqual(AUTO_THAW);
      for (const { tags, startedAt } of parts) {
        const wasFrozen = freezes.some(({ from, to }) => from <= startedAt && startedAt <= to);
        const said = tags['ec2-backup:consistency'];
        expect(said, where).toMatch(onFailure === 'skip' ? /^application$/ : /^(application|crash)$/);
        if (said === 'application') expect(wasFrozen, where).toBe(true);
      }
    }
  });

  test('is thawed by whoever froze it, unless that one died', async () => {
    const calls = await callsOf(0);
    for (const { fault } of FAULTS.filter((one) => one.fault.kind !== 'die')) {
      for (let n = 1; n <= calls; n += 1) {
        const place = world(0);
        const { scenario, instance } = place;
        scenario.region.faults = onNth(n, fault);
        await attempt(place);
        const changes = changesOf(scenario);
        const frozen = changes.lastIndexOf('SendCommand pre-script');
        const thawed = changes.lastIndexOf('SendCommand post-script');
        const { freezes } = { freezes: scenario.region.hooks.freezes(instance) };
        // A pre-script of which nobody knew may come after its thaw: then its own timer thaws.
        const unknown =
          fault.kind !== 'throttle' && changes.indexOf('SendCommand post-script') === frozen + 1;
        if (freezes.length > 0) expect(thawed, `call ${n}`).toBeGreaterThan(frozen);
        if (!unknown)
          expect(
            freezes.every(({ by }) => by === 'post-script'),
            `call ${n}`,
          ).toBe(true);
      }
    }
  });
});
