/** `explain` as JSON. Scripts rely on these shapes: fields may be added, none renamed or removed. */

import type { PointStory, Until } from '../plan/explain-point.ts';
import type { Copied, Made, Selected, SourceStory } from '../plan/explain-source.ts';
import { formatInstant } from '../policy/instant.ts';
import type { Explanation } from '../run/explain.ts';
import type { Told } from './explain-text.ts';
import { verdictJson } from './plan-json.ts';
import { reasonSentence } from './reason-words.ts';

export function explanationJson(explanation: Explanation, told: Omit<Told, 'paint'>): object {
  const { deployment, place, now } = told;
  const head = { version: 1, deployment, place, at: formatInstant(now), is: explanation.is };
  switch (explanation.is) {
    case 'point':
      return { ...head, ...pointJson(explanation.story, now) };
    case 'source':
      return { ...head, ...sourceJson(explanation.story, now) };
    case 'foreign': {
      const { id, belonging, mappedBy, images, unread } = explanation;
      return { ...head, id, ...belonging, mappedBy, images, ...(unread !== undefined && { unread }) };
    }
    case 'in the Recycle Bin': {
      const { kind, id, name, until } = explanation.binned;
      return { ...head, id, kind, name, ...(until !== undefined && { goneAt: formatInstant(until) }) };
    }
    case 'unknown': {
      const { id, unread } = explanation;
      return { ...head, id, ...(unread !== undefined && { unread }) };
    }
  }
}

function pointJson({ asked, entry, ...story }: PointStory, now: number): object {
  const { point, verdict } = entry;
  const { policyStands, source, pins, failures, until, disableFor, archived } = story;
  return {
    asked,
    point: {
      ...verdictJson(entry),
      kind: point.kind,
      ageSeconds: Math.floor((now - point.slot) / 1000),
      ...(point.detail !== undefined && { detail: point.detail }),
      ...(point.consistency !== undefined && { consistency: point.consistency }),
    },
    policyStands,
    sourceStands: source,
    sentences: verdict.reasons.map(reasonSentence),
    until: untilJson(until),
    pins,
    unchecked: failures,
    ...(archived && { archived }),
    ...(disableFor !== undefined && { disabledForSeconds: Math.round(disableFor / 1000) }),
  };
}

function untilJson(until: Until): object {
  switch (until.kind) {
    case 'goes':
      return {
        kind: until.kind,
        ...(until.prunedAt !== undefined && { prunedAt: formatInstant(until.prunedAt) }),
      };
    case 'until': {
      const { kind, prunedAt, slot, reasons } = until;
      return {
        kind,
        prunedAt: formatInstant(prunedAt),
        ...(slot !== undefined && { slot: formatInstant(slot) }),
        reasons,
      };
    }
    case 'stays':
    case 'beyond':
      return until;
  }
}

function sourceJson({ backedUpBy, leftovers, copies, ...story }: SourceStory, now: number): object {
  return {
    ...story,
    backedUpBy: backedUpBy.map((selected) => selectedJson(selected, now)),
    leftovers: leftovers.map((made) => madeJson(made, now)),
    copies: copies.map((copied) => copiedJson(copied, now)),
  };
}

function selectedJson({ due, next, good, ...selected }: Selected, now: number): object {
  return {
    ...selected,
    ...madeJson({ ...selected, ...(good !== undefined && { good }) }, now),
    ...(due !== undefined && { dueSlot: formatInstant(due), promisedAge: Math.round((now - due) / 1000) }),
    ...(next !== undefined && { nextSlot: formatInstant(next) }),
  };
}

function copiedJson({ from, ...made }: Copied, now: number): object {
  return { ...madeJson(made, now), from };
}

function madeJson({ policy, points, good }: Made, now: number): object {
  if (good === undefined) return { policy, points };
  return { policy, points, newestGood: formatInstant(good), ageSeconds: Math.round((now - good) / 1000) };
}
