/**
 * The first words on a connection between members. Whoever dials says who it is and what it has come for; the
 * other side answers that it is welcome, or why not and hangs up. On a connection for a snapshot the same answer
 * comes a second time, at the end: it is installed, or why not.
 */
import { encodeFrame, MalformedFrameError } from './frames.js';
import { answerType, greetingType } from './schema.js';

/** Named in the TLS handshake (RFC 7301): two sides that speak different versions never begin. */
export const PROTOCOL = 'kuorum-raft/1';

export type Purpose = 'messages' | 'snapshot';

const PURPOSES: readonly Purpose[] = ['messages', 'snapshot'];

export interface Greeting {
  readonly clusterId: string;
  readonly memberId: number;
  readonly purpose: Purpose;
}

/** More than a greeting or an answer takes. */
export const MAX_GREETING_BYTES = 4 * 1024;

export function encodeGreeting({ clusterId, memberId, purpose }: Greeting): Buffer {
  return encodeFrame(greetingType, { clusterId, memberId, purpose: PURPOSES.indexOf(purpose) });
}

export function decodeGreeting(frame: Buffer): Greeting {
  const { clusterId, memberId, purpose } = decoded(greetingType, frame);
  const known = PURPOSES[Number(purpose)];
  if (typeof clusterId !== 'string' || typeof memberId !== 'number' || known === undefined) {
    throw new MalformedFrameError('the greeting is none');
  }
  return { clusterId, memberId, purpose: known };
}

/** `refusal`: why not; undefined: yes. */
export function encodeAnswer(refusal: string | undefined): Buffer {
  return encodeFrame(answerType, { refusal: refusal?.slice(0, MAX_GREETING_BYTES / 8) ?? '' });
}

export function decodeAnswer(frame: Buffer): string | undefined {
  const { refusal } = decoded(answerType, frame);
  return typeof refusal === 'string' && refusal !== '' ? refusal : undefined;
}

function decoded(type: typeof greetingType, frame: Buffer): Readonly<Record<string, unknown>> {
  try {
    return type.decode(frame) as unknown as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw new MalformedFrameError('the frame cannot be decoded', { cause: error });
  }
}
