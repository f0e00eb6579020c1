/** The same scenarios with the same assertions on the simulated account and on moto. */

import { afterAll, beforeAll, describe } from 'vitest';
import type { Account } from './account.ts';
import { buildProgram, motoAccount } from './moto-account.ts';
import { MotoServer, motoVersion } from './moto.ts';
import { simulatedAccount } from './simulated-account.ts';

/** Answers an empty account. */
export type Open = () => Promise<Account>;

const MOTO = motoVersion();

/** Declares them once for each backend; moto's are skipped where there is no moto. */
export function onEachBackend(scenarios: (open: Open) => void): void {
  describe('on the simulated account', () => scenarios(() => Promise.resolve(simulatedAccount())));
  onMoto('on moto', (server) => scenarios(() => motoAccount(server())));
}

/** Tests on a server of their own. */
export function onMoto(
  title: string,
  tests: (server: () => MotoServer) => void,
  without: readonly string[] = [],
): void {
  describe.skipIf(MOTO === undefined)(title, () => {
    let server: MotoServer | undefined;
    beforeAll(async () => {
      buildProgram();
      server = await MotoServer.start(without);
    });
    afterAll(() => server?.stop());
    tests(() => {
      if (!server) throw new Error('moto is not started: this is for the length of a test only');
      return server;
    });
  });
}
