/**
 * Which form of an answer the client wants: the Accept header with its qualities and `as=` parameters. Pure.
 */
import { notAcceptable } from '../../api/index.js';
import { isTrue } from '../filters/request-info.js';
import type { ApiRequest } from '../server/exchange.js';

export type Media = 'json' | 'yaml' | 'protobuf';
export type Transform = 'none' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';

export interface Negotiated {
  readonly media: Media;
  readonly contentType: string;
  readonly pretty: boolean;
  readonly transform: Transform;
  /** Of meta.k8s.io, for a transform. */
  readonly transformVersion: 'v1' | 'v1beta1';
}

export const mediaTypes: Readonly<Record<Media, string>> = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
};

export interface AcceptClause {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly quality: number;
}

const maxClauses = 32;

/** Clauses, most wanted first; equal qualities keep the order in which they came. */
export function parseAccept(header: string): readonly AcceptClause[] {
  const clauses = header
    .split(',', maxClauses)
    .map((text) => {
      const [type = '', ...rest] = text.split(';').map((part) => part.trim());
      const parameters = new Map<string, string>();
      for (const part of rest) {
        const equals = part.indexOf('=');
        if (equals > 0) {
          parameters.set(
            part.slice(0, equals).toLowerCase(),
            part.slice(equals + 1).replace(/^"(.*)"$/, '$1'),
          );
        }
      }
      const quality = Number(parameters.get('q') ?? '1');
      return { type: type.toLowerCase(), parameters, quality: Number.isFinite(quality) ? quality : 0 };
    })
    .filter((clause) => clause.type !== '' && clause.quality > 0);
  return clauses
    .map((clause, index) => ({ clause, index }))
    .sort((left, right) => right.clause.quality - left.clause.quality || left.index - right.index)
    .map(({ clause }) => clause);
}

function mediaOf(type: string, allowed: readonly Media[]): Media | undefined {
  if (type === '*/*' || type === 'application/*') return allowed[0];
  return allowed.find((media) => mediaTypes[media] === type);
}

export interface NegotiationRules {
  readonly media: readonly Media[];
  readonly transforms: readonly Transform[];
}

/** What an endpoint of whole objects serves. */
export const objectRules: NegotiationRules = {
  media: ['json', 'yaml', 'protobuf'],
  transforms: ['Table', 'PartialObjectMetadata'],
};
export const listRules: NegotiationRules = {
  media: ['json', 'yaml', 'protobuf'],
  transforms: ['Table', 'PartialObjectMetadataList'],
};
export const watchRules: NegotiationRules = {
  media: ['json', 'protobuf'],
  transforms: ['Table', 'PartialObjectMetadata'],
};
export const plainRules: NegotiationRules = { media: ['json', 'yaml', 'protobuf'], transforms: [] };

/** @throws ApiError 406 */
export function negotiate(request: ApiRequest, rules: NegotiationRules): Negotiated {
  const header = request.header('accept');
  if (header === undefined || header.trim() === '') return accepted(request, 'json', 'none', 'v1');
  for (const clause of parseAccept(header)) {
    const media = mediaOf(clause.type, rules.media);
    if (media === undefined) continue;
    const as = clause.parameters.get('as');
    if (as === undefined) return accepted(request, media, 'none', 'v1');
    const transform = rules.transforms.find((known) => known === as);
    const version = clause.parameters.get('v');
    if (transform === undefined || clause.parameters.get('g') !== 'meta.k8s.io') continue;
    if (version !== 'v1' && version !== 'v1beta1') continue;
    // A Table's cells are any JSON: it has no protobuf form.
    if (transform === 'Table' && media === 'protobuf') continue;
    return accepted(request, media, transform, version);
  }
  throw notAcceptable(rules.media.map((media) => mediaTypes[media]));
}

/** As `negotiate` for a Status, which must be sent whatever the client asked for. */
export function negotiateStatus(request: ApiRequest): Negotiated {
  for (const clause of parseAccept(request.header('accept') ?? '')) {
    const media = mediaOf(clause.type, plainRules.media);
    if (media !== undefined) return accepted(request, media, 'none', 'v1');
  }
  return accepted(request, 'json', 'none', 'v1');
}

function accepted(
  request: ApiRequest,
  media: Media,
  transform: Transform,
  transformVersion: 'v1' | 'v1beta1',
): Negotiated {
  return {
    media,
    contentType: mediaTypes[media],
    pretty: media === 'json' && wantsPretty(request),
    transform,
    transformVersion,
  };
}

/** People with a browser or curl read what they get; programs do not. */
function wantsPretty(request: ApiRequest): boolean {
  const asked = request.query.get('pretty');
  if (asked !== null) return asked === '' || isTrue(asked);
  return /^(curl|Wget|Mozilla\/5\.0)/.test(request.header('user-agent') ?? '');
}
