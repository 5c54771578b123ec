import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../../api/index.js';
import { createFilterChain } from '../../../apiserver/filters/chain.js';
import type { ApiRequest, ApiResponse } from '../../../apiserver/server/exchange.js';
import { seededRandom, silentLogger } from '../../../platform/index.js';

const request: ApiRequest = {
  method: 'GET',
  path: '/version',
  query: new URLSearchParams(),
  peer: { kind: 'none' },
  header: () => undefined,
  headerNames: () => [],
  onGone: () => {},
  readBody: () => Promise.reject(new Error('no body')),
};

const response = { setHeader() {} } as unknown as ApiResponse;

/** What the client is told when the route throws. */
async function answerTo(thrown: () => never): Promise<{ readonly error: ApiError; readonly left: boolean }> {
  let told: ApiError | undefined;
  let left = false;
  const chain = createFilterChain({
    random: seededRandom(1),
    logger: silentLogger,
    limiter: {
      enter: () => () => {
        left = true;
      },
    },
    respondWithError: (_request, _response, error) => {
      told = error;
    },
    route: () => Promise.resolve().then(thrown),
  });
  await chain(request, response);
  if (told === undefined) throw new Error('nothing was answered');
  return { error: told, left };
}

describe('what nobody foresaw', () => {
  it('is a 500 that keeps its stack to itself, and gives its place back', async () => {
    const { error, left } = await answerTo(() => {
      throw new TypeError('secret detail');
    });
    expect(error.code).toBe(500);
    expect(JSON.stringify(error.status)).not.toContain('secret detail');
    expect(left).toBe(true);
  });

  it('is a 400 when the stack did not suffice for what the client sent', async () => {
    const recurse = (depth: number): number => recurse(depth + 1) + 1;
    const { error } = await answerTo(() => {
      recurse(0);
      throw new Error('the stack has no end');
    });
    expect(error.code).toBe(400);
    expect(error.message).toContain('nested too deeply');
  });
});
