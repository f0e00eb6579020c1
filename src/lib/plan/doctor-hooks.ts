/** The documents of hooks: one that is not there, or takes other parameters, makes every backup only crash-consistent. */

import { sourcePlaces } from '../policy/places.ts';
import type { Place, PolicyFile } from '../policy/policy.ts';
import { isVss } from '../policy/vss-document.ts';
import { fail, listed, ok, unread, type Check, type Reading } from './doctor-check.ts';

/** A document that policies name, in a place where it is run. */
export interface HookDocument {
  /** Name or ARN. */
  readonly document: string;
  readonly place: Place;
  readonly policies: readonly string[];
  /** What policies give it besides what the run does. */
  readonly parameters: readonly string[];
}

/** What Systems Manager says of one. */
export interface FoundDocument {
  readonly type: string;
  readonly status: string;
  readonly parameters: readonly string[];
}

/** Each document once for each place that is backed up. */
export function hookDocuments(file: PolicyFile, home: Place): readonly HookDocument[] {
  const hooked = file.policies.flatMap(({ name, hooks }) => (hooks ? [{ name, hooks }] : []));
  const documents = [...new Set(hooked.map(({ hooks }) => hooks.document))].sort();
  return sourcePlaces(file, home).flatMap(({ account, region }) =>
    documents.map((document) => {
      const of = hooked.filter(({ hooks }) => hooks.document === document);
      return {
        document,
        place: { account, region },
        policies: of.map(({ name }) => name),
        parameters: [...new Set(of.flatMap(({ hooks }) => Object.keys(hooks.parameters)))].sort(),
      };
    }),
  );
}

/** Those of DLM's contract. */
const CONTRACT = ['command', 'executionId'];
/** Those that the run gives Amazon's documents for VSS. */
const OF_VSS = ['CreateAmi', 'ExcludeBootVolume', 'description', 'executionTimeout', 'tags'];

/** What is not looked at: the instances' own rights. */
const PROFILE =
  'the profiles of the instances need the managed policy AWSEC2VssSnapshotPolicy, or what it allows, which is not looked at here';

/** `found` is undefined where nobody got into the place: the check of the place says so. */
export function hookCheck(
  { document, place, policies, parameters }: HookDocument,
  found: Reading<FoundDocument> | undefined,
): Check[] {
  if (!found) return [];
  const name = `hooks ${place.account} ${place.region}`;
  const which = `the document ${document} of ${listed(policies)}`;
  if (!('value' in found)) {
    if (found.isDenied)
      return [unread(name, { ...found, problem: `${which}: ${found.problem}` }, 'ssm:DescribeDocument')];
    return [
      fail(
        name,
        `${which} cannot be found (${found.problem})${isVss(document) ? '' : ': make it there, as docs/hooks.md says'}`,
      ),
    ];
  }
  const { type, status, parameters: known } = found.value;
  if (type !== 'Command' || status !== 'Active')
    return [fail(name, `${which} is of type ${type} and ${status}, expected Command and Active`)];
  const ours = isVss(document) ? OF_VSS : CONTRACT;
  const missing = [...ours, ...parameters].filter((parameter) => !known.includes(parameter));
  if (missing.length > 0)
    return [
      fail(
        name,
        `${which} has no parameter ${listed(missing)}: it cannot be run, and backups are only crash-consistent`,
      ),
    ];
  const remark = isVss(document) ? `; ${PROFILE}` : '';
  return [ok(name, `${which} is there, with the parameters that it is given${remark}`)];
}
