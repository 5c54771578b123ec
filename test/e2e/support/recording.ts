/** What a recorded kubectl session is: the requests in order, and what of each answer must come again. */

export interface RecordedRequest {
  /** The kubectl command that sent it. */
  readonly command: string;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly accept: string;
  readonly contentType: string;
  /** base64; '' for none. */
  readonly body: string;
  readonly status: number;
  /** Media type of the answer, without parameters. */
  readonly answerType: string;
  /** Of the answer's metadata, to be recognised in later requests; '' for none. */
  readonly identity: Identity;
}

export interface Identity {
  readonly resourceVersion: string;
  readonly uid: string;
  readonly creationTimestamp: string;
}

export interface Recording {
  readonly kubectl: string;
  readonly requests: readonly RecordedRequest[];
}

/** The identity in an answer's own metadata; '' where there is none. */
export function identityOf(body: string): Identity {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  let metadata: Partial<Record<keyof Identity, unknown>> | undefined;
  try {
    metadata = (JSON.parse(body) as { metadata?: Partial<Record<keyof Identity, unknown>> }).metadata;
  } catch {
    // Plain text or protobuf: it has no identity to follow.
  }
  return {
    resourceVersion: text(metadata?.resourceVersion),
    uid: text(metadata?.uid),
    creationTimestamp: text(metadata?.creationTimestamp),
  };
}
