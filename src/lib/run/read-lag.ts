/** AWS's lists may be behind a change for so long (ms); only then does "not there" mean that it was not made. */
export const READS_TRUSTWORTHY_AFTER = 5 * 60_000;
