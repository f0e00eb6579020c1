/** A rehearsal that dies, or hears no answer, at any of its calls: who comes next finishes it, and the sweep leaves nothing. */

import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/simulator/faults.ts';
import {
  COMMAND,
  rehearsable,
  rehearse,
  rehearsedPolicies,
  round,
  SUBNET,
  type Rehearsed,
} from '../support/rehearsing.ts';
import { HOUR, MINUTE } from '../support/scenario.ts';

const FAULTS: readonly { readonly title: string; readonly fault: Fault }[] = [
  { title: 'death before', fault: { kind: 'die', when: 'before' } },
  { title: 'death after', fault: { kind: 'die', when: 'after' } },
  { title: '[H2] a lost answer', fault: { kind: 'lost-answer' } },
  { title: '[H2] an error after acceptance', fault: { kind: 'unavailable', accepted: true } },
];

const POLICIES = [
  { title: 'of an AMI', policy: 'nightly', least: 25, commands: 0 },
  { title: 'of a set of snapshots, with a command', policy: 'sets', least: 40, commands: 1 },
  { title: 'of an AMI, with a command', policy: 'nightly', least: 30, commands: 1 },
  { title: 'of a set of snapshots', policy: 'sets', least: 30, commands: 0 },
] as const;

/** Every rehearsal with a command, or none. */
function policiesWith(commands: number): string {
  const none = rehearsedPolicies().replace(/, command: [^}]*/, '');
  return commands === 0
    ? none
    : none.replaceAll(`subnet: ${SUBNET}`, `subnet: ${SUBNET}, command: ${COMMAND}`);
}

async function world(commands: number): Promise<Rehearsed> {
  const made = await rehearsable({ settings: { readLag: 20_000 }, policies: policiesWith(commands) });
  made.scenario.clock.advance(MINUTE);
  return made;
}

/** What there is besides rehearsals, which none of them may touch. */
function others({ scenario: { region }, source }: Rehearsed): object {
  return {
    instance: region.instances().find(({ id }) => id === source),
    volumes: region.volumes().filter(({ tags }) => !('ec2-backup:rehearsal' in tags)),
    images: region.images().map(({ id }) => id),
    snapshots: region.snapshots().map(({ id }) => id),
    groups: region.launching.groups(),
  };
}

function running({ scenario: { region }, source }: Rehearsed): string[] {
  return region
    .instances()
    .filter(({ id, state }) => id !== source && state !== 'terminated')
    .map(({ id, state }) => `${id} ${state}`);
}

describe.each(POLICIES)(
  '$title',
  ({ policy, least, commands }) => {
    async function countCalls(): Promise<number> {
      const trial = await world(commands);
      trial.scenario.region.calls.length = 0;
      const { judged } = await rehearse(trial.scenario, policy);
      expect(judged).toMatchObject([{ verdict: { isOk: true } }]);
      const calls = trial.scenario.region.calls.length;
      expect(calls).toBeGreaterThan(least);
      return calls;
    }

    async function broken(at: number, fault: Fault): Promise<{ place: Rehearsed; before: object }> {
      const place = await world(commands);
      const before = others(place);
      const { region } = place.scenario;
      region.faults = ({ n }) => (n === at ? fault : undefined);
      await rehearse(place.scenario, policy).catch(() => undefined);
      region.revive();
      region.faults = () => undefined;
      return { place, before };
    }

    test.each(FAULTS)('$title at each call, then asked again at once', async ({ fault }) => {
      const calls = await countCalls();
      for (let at = 1; at <= calls; at += 1) {
        const { place, before } = await broken(at, fault);
        const { scenario } = place;
        // At once, when the lists may not show what was made.
        await rehearse(scenario, policy).catch(() => undefined);
        scenario.clock.advance(2 * MINUTE);
        const where = `call ${at}`;
        expect([where, running(place)]).toEqual([where, []]);
        expect([where, others(place)]).toEqual([where, before]);
        const point = policy === 'nightly' ? scenario.region.images() : scenario.region.snapshots();
        const told = scenario.region.launching.commandsSent().map(({ instanceId }) => instanceId);
        expect([where, told.length >= commands, new Set(told).size]).toEqual([where, true, told.length]);
        const results = point.flatMap(({ tags }) => tags['ec2-backup:rehearsed'] ?? []);
        expect([where, results.some((result) => result.startsWith('ok '))]).toEqual([where, true]);
        expect([where, results.filter((result) => !result.startsWith('ok '))]).toEqual([where, []]);
      }
    });

    test.each(FAULTS)('$title at each call, then only the sweep', async ({ fault }) => {
      const calls = await countCalls();
      for (let at = 1; at <= calls; at += 1) {
        const { place, before } = await broken(at, fault);
        const { scenario } = place;
        const where = `call ${at}`;
        expect([where, place.scenario.region.instances().length]).toEqual([
          where,
          expect.toSatisfy((count: number) => count <= 2),
        ]);
        scenario.clock.advance(HOUR);
        await rehearse(scenario);
        scenario.clock.advance(2 * MINUTE);
        expect([where, running(place)]).toEqual([where, []]);
        expect([where, others(place)]).toEqual([where, before]);
        expect([where, scenario.region.launching.commandsSent().length <= commands]).toEqual([where, true]);
        scenario.region.calls.length = 0;
        const again = await round(scenario);
        expect([where, again.outcomes]).toEqual([where, []]);
        const changing = scenario.region.calls.filter(({ command }) => !/^(Describe|List|Get)/.test(command));
        expect([where, changing]).toEqual([where, []]);
      }
    });
  },
  240_000,
);
