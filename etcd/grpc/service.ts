/** Services as plain functions: what a handler is, and the methods that a server finds by their path. */
import type { Codec, Init } from '../proto/codec.js';
import type { Call, MessageStream, ReplyStream } from './call.js';

interface MethodDescription {
  readonly path: string;
  readonly request: unknown;
  readonly response: unknown;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** As scripts/etcd-proto.mjs makes them from the .proto files. */
export interface ServiceDescription {
  readonly name: string;
  readonly methods: Readonly<Record<string, MethodDescription>>;
}

type Request<Method> = Method extends { readonly request: Codec<infer Message> } ? Message : never;
type Response<Method> = Method extends { readonly response: Codec<infer Message> } ? Message : never;

type Handler<Method extends MethodDescription> = Method['requestStream'] extends true
  ? (stream: MessageStream<Request<Method>, Response<Method>>) => Promise<void>
  : Method['responseStream'] extends true
    ? (request: Request<Method>, stream: ReplyStream<Response<Method>>) => Promise<void>
    : (request: Request<Method>, call: Call) => Promise<Init<Response<Method>>> | Init<Response<Method>>;

/** What is left out is answered UNIMPLEMENTED. */
export type Handlers<Service extends ServiceDescription> = {
  readonly [Name in keyof Service['methods']]?: Handler<Service['methods'][Name]>;
};

export type Method =
  | {
      readonly kind: 'unary';
      readonly path: string;
      readonly request: Codec<unknown>;
      readonly response: Codec<unknown>;
      readonly handle: (request: unknown, call: Call) => Promise<Init<unknown>> | Init<unknown>;
    }
  | {
      readonly kind: 'server-stream';
      readonly path: string;
      readonly request: Codec<unknown>;
      readonly response: Codec<unknown>;
      readonly handle: (request: unknown, stream: ReplyStream<unknown>) => Promise<void>;
    }
  | {
      readonly kind: 'stream';
      readonly path: string;
      readonly request: Codec<unknown>;
      readonly response: Codec<unknown>;
      readonly handle: (stream: MessageStream<unknown, unknown>) => Promise<void>;
    };

const kindOf = (description: MethodDescription): Method['kind'] => {
  if (description.requestStream) return 'stream';
  return description.responseStream ? 'server-stream' : 'unary';
};

/** The methods of a service. The handlers' types were checked against the description; here they are forgotten. */
export function implement<Service extends ServiceDescription>(
  service: Service,
  handlers: Handlers<Service>,
): readonly Method[] {
  const methods: Method[] = [];
  for (const [name, description] of Object.entries(service.methods)) {
    const handle = (handlers as Readonly<Record<string, unknown>>)[name];
    if (handle === undefined) continue;
    const { path, request, response } = description;
    methods.push({ kind: kindOf(description), path, request, response, handle } as Method);
  }
  return methods;
}
