/** Events that the functions are sent: good ones, and those that they refuse with what was expected. */

import { HOUR, START } from '../support/scenario.ts';

interface BadEvent {
  readonly name: string;
  readonly event: unknown;
  readonly says: RegExp;
  /** The error's name, where it is not ConfigurationError. */
  readonly error?: string;
}

/** As Scheduler sends it. */
export function scheduled(policy: string, slot: number): object {
  const text = new Date(slot).toISOString().replace('.000Z', 'Z');
  return { job: 'backup', policy, slot: text, trigger: 'schedule' };
}

export const BAD_BACKUP_EVENTS: readonly BadEvent[] = [
  { name: 'no object', event: 'nightly', says: /the event is "nightly", expected an object such as/ },
  { name: 'nothing', event: null, says: /the event is null, expected an object/ },
  { name: 'a list', event: [{ policy: 'nightly' }], says: /expected an object/ },
  { name: 'no policy', event: {}, says: /policy is missing, expected a policy name/ },
  {
    name: 'another shape, with everything wrong with it',
    event: { Records: [], polcy: 'nightly', slot: 'yesterday', dryRun: 'no' },
    says: /"Records" is not a word of it.*"polcy".*did you mean.*slot is "yesterday".*dryRun is "no"/,
  },
  {
    name: 'another job',
    event: { job: 'prune', policy: 'nightly' },
    says: /job is "prune", expected "backup"/,
  },
  {
    name: 'a slot in the future',
    event: { policy: 'nightly', slot: '2026-11-22T03:02:00Z' },
    says: /slot 2026-11-22T03:02:00Z is in the future .*expected at most 60 s ahead/,
  },
  {
    name: 'a slot of ten days ago',
    event: { policy: 'nightly', slot: '2026-11-12T03:00:00Z' },
    says: /slot 2026-11-12T03:00:00Z is missed/,
    error: 'MissedSlotError',
  },
  {
    name: 'a scheduled slot that the next one has overtaken',
    event: scheduled('payments', START - 7 * HOUR),
    says: /slot 2026-11-21T20:00:00Z is missed: the next one/,
    error: 'MissedSlotError',
  },
  {
    name: 'an unknown policy',
    event: { policy: 'nightli' },
    says: /"nightli" is not in the policy file.*nightly/,
  },
  {
    name: 'unknown sources',
    event: { policy: 'nightly', sources: ['i-0123456789abcdef0'] },
    says: /not among the sources of policy nightly: i-0123456789abcdef0; expected ids that exist here/,
  },
  {
    name: 'another account',
    event: { policy: 'nightly', place: { account: '444455556666', region: 'ap-northeast-2' } },
    says: /^account 444455556666, Region ap-northeast-2 is no target of the policy file, expected one of account 111122223333/,
  },
  {
    name: 'another Region',
    event: { policy: 'nightly', place: { account: '111122223333', region: 'eu-west-3' } },
    says: /^account 111122223333, Region eu-west-3 is no target .*expected one of account 111122223333, Region ap-northeast-2/,
  },
  {
    name: 'a Region that only takes copies',
    event: { policy: 'nightly', place: { account: '111122223333', region: 'us-east-1' } },
    says: /^account 111122223333, Region us-east-1 only takes copies: nothing is backed up there/,
  },
];

export const BAD_PRUNE_EVENTS: readonly BadEvent[] = [
  { name: 'sources', event: { sources: ['i-1'] }, says: /"sources" is not a word of it/ },
  { name: 'a count without its policy', event: { accept: 3 }, says: /accept is given without policy/ },
  {
    name: 'a count that is none',
    event: { policy: 'nightly', accept: -1 },
    says: /accept is -1, expected/,
  },
  { name: 'an unknown policy', event: { policy: 'nightli' }, says: /"nightli" is not in the policy file/ },
  { name: 'a slot in the future', event: { slot: '2036-01-01T00:00:00Z' }, says: /is in the future/ },
  { name: 'a slot of ten days ago', event: { slot: '2026-11-12T03:00:00Z' }, says: /is missed/ },
];

export const BAD_REGISTER_EVENTS: readonly BadEvent[] = [
  { name: 'no object', event: 7, says: /the event is 7, expected an object such as \{"dryRun":true\}/ },
  { name: 'another job', event: { job: 'prune' }, says: /job is "prune", expected "register-policies"/ },
  { name: 'one policy', event: { policy: 'hourly-data' }, says: /"policy" is not a word of it/ },
  {
    name: 'a replacement that is no list',
    event: { replace: 'hourly-data' },
    says: /replace is "hourly-data", expected a list of policy names/,
  },
  { name: 'an empty replacement', event: { replace: [] }, says: /replace is \[\], expected a list/ },
  {
    name: 'a replacement of an unknown policy',
    event: { replace: ['hourly-dat'] },
    says: /"hourly-dat" is no policy of the file with engine: dlm.*hourly-data/,
  },
  { name: 'a replacement of a Lambda’s policy', event: { replace: ['nightly'] }, says: /with engine: dlm/ },
  { name: 'a slot in the future', event: { slot: '2036-01-01T00:00:00Z' }, says: /is in the future/ },
];
