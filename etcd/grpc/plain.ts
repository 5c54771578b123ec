/** What is asked by HTTP without gRPC, whichever version of it: requests without a body, answers of one short text. */
import type { RequestListener } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';

export interface PlainRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

export interface PlainAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly allow?: string;
}

/** A rejection is answered as 500. */
export type PlainHandler = (request: PlainRequest) => Promise<PlainAnswer>;

const failed: PlainAnswer = {
  status: 500,
  contentType: 'text/plain; charset=utf-8',
  body: 'internal error\n',
};

function headersOf({ contentType, body, allow }: PlainAnswer): Record<string, string> {
  return {
    'content-type': contentType,
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    ...(allow === undefined ? {} : { allow }),
  };
}

export function http1Listener(handle: PlainHandler): RequestListener {
  return (request, response) => {
    request.resume();
    void handle({ method: request.method ?? '', url: request.url ?? '' })
      .catch(() => failed)
      .then((answer) => {
        if (response.destroyed) return;
        response.writeHead(answer.status, headersOf(answer));
        response.end(request.method === 'HEAD' ? undefined : answer.body);
      });
  };
}

export async function answerHttp2(
  handle: PlainHandler,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  stream.resume();
  const method = headers[':method'] ?? '';
  const answer = await handle({ method, url: headers[':path'] ?? '' }).catch(() => failed);
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': answer.status, ...headersOf(answer) }, { endStream: method === 'HEAD' });
  if (method !== 'HEAD') stream.end(answer.body);
}
