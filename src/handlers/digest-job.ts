import { publish } from '../lib/aws/publish.ts';
import { deleteMessages, receiveMessages } from '../lib/aws/receive-messages.ts';
import { digestLetter } from '../lib/report/digest-text.ts';
import { failedRuns } from '../lib/report/metrics.ts';
import { watchOutcomes } from '../lib/report/watch-records.ts';
import { applyDigest, planDigestRun, type DigestPost, type DigestReport } from '../lib/run/digest.ts';
import { isFailure } from '../lib/run/outcome.ts';
import { requireAddress, type Environment } from './environment.ts';
import { jobHandler } from './job.ts';

/** Seconds: reports stay hidden from a second digest for so long, and come back for one that takes over from a dead one. */
const HIDDEN = 600;

/** Tells people how all places stand. */
export const digestHandler = jobHandler<DigestPlanned, DigestReport>({
  job: 'digest',
  isOfNoPlace: true,
  plan: async (_request, context, environment) => {
    const plan = await planDigestRun(context, postOf(environment));
    return { plan, letter: digestLetter(plan, context.file) };
  },
  decisions: () => [],
  planAnswer: ({ letter }) => letter,
  apply: ({ plan, letter }, _context, environment) => applyDigest(plan, letter, postOf(environment)),
  outcomes: watchOutcomes,
  ended: ({ outcomes }) => ({ outcomes, skipped: [] }),
  metrics: ({ deployment }, { outcomes }) => [failedRuns(deployment, outcomes.some(isFailure))],
});

interface DigestPlanned {
  readonly plan: DigestReport['plan'];
  readonly letter: ReturnType<typeof digestLetter>;
}

function postOf(environment: Environment): DigestPost {
  const { addresses } = environment;
  const queue = requireAddress(addresses, 'reportsQueue');
  return {
    receive: () => receiveMessages(environment, queue, HIDDEN),
    forget: (handles) => deleteMessages(environment, queue, handles),
    publish: (letter) => publish(environment, requireAddress(addresses, 'topic'), letter),
  };
}
