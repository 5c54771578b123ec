/**
 * Who asks. A client certificate counts only if the TLS layer verified its chain; a credential that cannot be
 * verified is refused and never taken for no credential.
 */
import { unauthorized } from '../../api/index.js';
import type { ApiRequest } from '../server/exchange.js';
import { bearerSubprotocol } from '../server/web-socket.js';

export interface User {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export const anonymousUser: User = {
  name: 'system:anonymous',
  uid: '',
  groups: ['system:unauthenticated'],
  extra: {},
};

/** @throws ApiError 401 for a bad credential */
export function authenticate(request: ApiRequest): User {
  // No authenticator knows tokens yet: whatever stands here is a credential that nobody accepts.
  if (request.header('authorization') !== undefined) throw unauthorized();
  const subprotocols = (request.header('sec-websocket-protocol') ?? '').split(',');
  if (subprotocols.some((protocol) => protocol.trim().startsWith(bearerSubprotocol))) throw unauthorized();
  switch (request.peer.kind) {
    case 'none':
      return anonymousUser;
    case 'unverified':
      throw unauthorized();
    case 'verified':
      if (request.peer.commonName === '') throw unauthorized();
      return {
        name: request.peer.commonName,
        uid: '',
        groups: [...new Set([...request.peer.organizations, 'system:authenticated'])],
        extra: {},
      };
    default: {
      const never: never = request.peer;
      return never;
    }
  }
}
