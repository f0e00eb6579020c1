/** A server on this machine that is asked as the Recycle Bin is, for the length of a test. */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface Asked {
  /** Such as `GET /rules/abcDEF12345`. */
  readonly line: string;
  /** What JSON it has. */
  readonly body: unknown;
  readonly authorization: string;
  readonly type: string | undefined;
}

export interface Answer {
  readonly status?: number;
  /** As in the header of an error: its name. */
  readonly error?: string;
  readonly body: unknown;
}

export interface BinServer {
  /** As for AWS_ENDPOINT_URL_RBIN. */
  readonly url: string;
  /** All that it was asked so far. */
  readonly asked: readonly Asked[];
}

export async function serveRecycleBin(answer: (asked: Asked) => Answer): Promise<BinServer> {
  const all: Asked[] = [];
  const server = createServer((request, response) => {
    void read(request).then((asked) => {
      all.push(asked);
      const { status = 200, error, body } = answer(asked);
      response.statusCode = status;
      response.setHeader('content-type', 'application/json');
      if (error !== undefined) response.setHeader('x-amzn-errortype', error);
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  // Listening on a port, so it has one.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked: all };
}

async function read(request: IncomingMessage): Promise<Asked> {
  const { method = '', url = '', headers } = request;
  const body = await text(request);
  return {
    line: `${method} ${url}`,
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
    authorization: headers.authorization ?? '',
    type: headers['content-type'],
  };
}
