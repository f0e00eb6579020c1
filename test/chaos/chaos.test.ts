/** `npm run chaos` runs hundreds of these. */

import { expect, test } from 'vitest';
import { runSeed } from './seed.ts';
import { USUAL } from './story.ts';

test.each([1, 2, 3, 4, 7, 10])(
  '[H13] [H18] [H21] [H29] [H36] seed %i: whatever goes wrong for weeks, each slot is made once or rings, and what is kept is what the rules say',
  async (seed) => {
    const { problems, troubles } = await runSeed(seed, USUAL);
    expect(problems, troubles).toEqual([]);
  },
);
