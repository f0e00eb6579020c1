import { createServer, type Server } from 'node:http';

/** A server that answers GetCallerIdentity, whatever it is asked. */
export function identityServer(account: string): Promise<Server> {
  const identity = `<Account>${account}</Account><UserId>u</UserId><Arn>arn:aws:iam::${account}:user/u</Arn>`;
  const body = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${identity}</GetCallerIdentityResult></GetCallerIdentityResponse>`;
  const listening = createServer((_, response) => response.setHeader('content-type', 'text/xml').end(body));
  return new Promise((done) => listening.listen(0, '127.0.0.1', () => done(listening)));
}
