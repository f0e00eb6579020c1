/** The other places of a deployment, seen from a run in one of them. */

import type { Clients } from '../aws/clients.ts';
import { isAtHome, samePlace, sourcePlaces } from '../policy/places.ts';
import type { Place } from '../policy/policy.ts';
import type { Elsewhere, RunContext } from './context.ts';
import { ConfigurationError } from './errors.ts';
import { formatPlace } from './place.ts';
import { homeOf, reach, type Home } from './reach.ts';
import type { Job } from './request.ts';

/** Each place is entered once. `shape` is what a run does to clients before it uses them. */
export function elsewhereOf(job: Job, home: Home, shape: (clients: Clients) => Clients): Elsewhere {
  const entered = new Map<string, Promise<Clients>>();
  let here: Promise<Place> | undefined;
  return {
    home: () => (here ??= homeOf(home)),
    enter: (place) => {
      const key = formatPlace(place);
      const known = entered.get(key);
      if (known) return known;
      const clients = reach(job, place, home).then((reached) => shape(reached.clients));
      entered.set(key, clients);
      return clients;
    },
  };
}

/** Whether sources are backed up in the place of a run, or only copies are made there. */
export async function backsUpHere({ file, place, elsewhere }: RunContext): Promise<boolean> {
  // Home need not be asked for where targets say it all.
  const home = isAtHome(file) && elsewhere ? await elsewhere.home() : place;
  return sourcePlaces(file, home).some((one) => samePlace(one, place));
}

/** The same run in another place: to look there, or to do what must be done there. */
export async function inPlace(place: Place, context: RunContext): Promise<RunContext> {
  const { elsewhere } = context;
  if (!elsewhere) throw new ConfigurationError(`this run has no way into ${formatPlace(place)}`);
  return { ...context, place, clients: await elsewhere.enter(place) };
}
