/** The continue token of a paged list: which revision the pages show and where the next one begins. Pure. */
import { badRequest, isObject, parseJson } from '../../api/index.js';

export interface ContinueToken {
  /** -1: as of now, inconsistently; the revision that the pages showed is gone. */
  readonly revision: number;
  /** Relative to the list's key prefix: `ns/name\0` or `name\0`. */
  readonly start: string;
}

const version = 'meta.k8s.io/v1';
const maxTokenLength = 4096;

export function encodeContinueToken(token: ContinueToken): string {
  const text = `{"v":"${version}","rv":${token.revision},"start":${JSON.stringify(token.start)}}`;
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** @throws ApiError 400 */
export function decodeContinueToken(text: string): ContinueToken {
  const bad = (why: string): never => {
    throw badRequest(`continue key is not valid: ${why}`);
  };
  if (text.length > maxTokenLength || !/^[A-Za-z0-9_-]+$/.test(text)) return bad('illegal base64 data');
  let value: unknown;
  try {
    value = parseJson(Buffer.from(text, 'base64url'));
  } catch (error) {
    return bad(error instanceof Error ? error.message : String(error));
  }
  const token = value as Parameters<typeof isObject>[0];
  if (!isObject(token)) return bad('it is not an object');
  if (token['v'] !== version)
    return bad(`server does not recognize this encoded version ${JSON.stringify(token['v'] ?? '')}`);
  const { rv, start } = token;
  if (typeof rv !== 'number' || !Number.isSafeInteger(rv) || rv < -1 || rv === 0) {
    return bad('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  if (typeof start !== 'string' || start === '')
    return bad('encoded start key empty (version meta.k8s.io/v1)');
  // The key must stay below the list's own prefix.
  const unsafe = start.startsWith('/') || start.split('/').some((part) => part === '..' || part === '.');
  if (unsafe) return bad(`encoded start key is not below the list: ${JSON.stringify(start)}`);
  return { revision: rv, start };
}
