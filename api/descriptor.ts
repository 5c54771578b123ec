/**
 * One descriptor per group and resource: everything that the API server, discovery, OpenAPI, Table, patches
 * and validation need to know of it stands here, and nothing about it stands anywhere else. A custom resource
 * makes the same kind of descriptor at run time.
 */
import type { FieldError } from './field-error.js';
import type { JsonObject, JsonValue } from './value.js';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface ResourceDescriptor {
  /** '' for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  /** Preferred first. */
  readonly versions: readonly ServedVersion[];
  readonly storageVersion: string;
  readonly subresources: readonly SubresourceDescriptor[];
  /**
   * How objects live: `stored` under `keyPrefix`; `virtual` ones are answered by a function of the API server
   * (componentstatuses, access reviews) and have no storage.
   */
  readonly persistence:
    | { readonly kind: 'stored'; readonly keyPrefix: string }
    | { readonly kind: 'virtual' };
  readonly strategy: Strategy;
  /** A deletion that leaves nothing is answered with the object as it was; without it, with a Status. */
  readonly deletionAnswersObject?: boolean;
  /**
   * Set when what is stored is another group's form: events.k8s.io events live under the core events' keys, as
   * core objects. Without it the stored form is `storageVersion` of this group. Such objects are told apart by
   * their own apiVersion.
   */
  readonly storedAs?: {
    /** e.g. `v1` */
    readonly apiVersion: string;
    /** From any served version of this group to the stored form. */
    toStored(object: JsonObject): JsonObject;
    /** From the stored form to this group's `storageVersion`. */
    fromStored(object: JsonObject): JsonObject;
  };
  /** Objects of any served version to `version`; may call out and fail. */
  convert(objects: readonly JsonObject[], version: string): Promise<readonly JsonObject[]>;
}

export interface ServedVersion {
  readonly version: string;
  /** Type name in the schema registry, e.g. `apps/v1.Deployment`. */
  readonly type: string;
  readonly listType: string;
  readonly columns: readonly TableColumn[];
  /** Fields other than metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields: readonly SelectableField[];
  /** Fills in what the original fills in; mutates. Idempotent. */
  applyDefaults(object: JsonObject): void;
  /** The whole object as it would be stored; `[]` when it is good. */
  validateCreate(object: JsonObject): readonly FieldError[];
  validateUpdate(object: JsonObject, old: JsonObject): readonly FieldError[];
}

export interface SelectableField {
  readonly name: string;
  /** '' when absent. */
  value(object: JsonObject): string;
}

export interface TableColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  /** 0: always; 1: wide only. */
  readonly priority: 0 | 1;
  /** `now`: milliseconds since the epoch, for ages. */
  cell(object: JsonObject, now: number): JsonValue;
}

export type SubresourceDescriptor =
  | { readonly kind: 'status'; readonly name: 'status' }
  /** A view of autoscaling/v1 Scale over these paths. */
  | {
      readonly kind: 'scale';
      readonly name: 'scale';
      readonly replicasPath: readonly string[];
      readonly statusReplicasPath: readonly string[];
      /** The status selector as a string, from the object. */
      selector(object: JsonObject): string;
    }
  /** The whole object through another strategy: finalize, approval, ephemeralcontainers, resize. */
  | {
      readonly kind: 'object';
      readonly name: string;
      readonly verbs: readonly ('get' | 'update' | 'patch')[];
      /** What of `next` may reach the stored object; returns the object to store. */
      prepare(next: JsonObject, old: JsonObject): JsonObject;
      /** Of the prepared object, in place of the served version's `validateUpdate`, which rules the main endpoint. */
      validateUpdate?(object: JsonObject, old: JsonObject): readonly FieldError[];
    }
  /** Create-only actions with a body of another type: binding, eviction, token. */
  | {
      readonly kind: 'action';
      readonly name: string;
      readonly group: string;
      readonly version: string;
      readonly requestKind: string;
      readonly type: string;
    }
  /** Streams to a node's kubelet; until nodes exist the API server answers as the original without one. */
  | { readonly kind: 'connect'; readonly name: string; readonly methods: readonly ('GET' | 'POST')[] };

/** Who asks for a change, as far as an object may record it. */
export interface Requester {
  readonly name: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface Strategy {
  /** May be updated without a resourceVersion. */
  readonly allowUnconditionalUpdate: boolean;
  /** PUT to a name that does not exist creates it. */
  readonly allowCreateOnUpdate: boolean;
  /** Objects carry metadata.generation. */
  readonly tracksGeneration: boolean;
  /**
   * Drops what a client may not set at creation (status, ...); mutates. Metadata is the generic code's: name,
   * namespace and uid are final before this. `requester` is absent when the server itself creates.
   */
  prepareForCreate(object: JsonObject, requester?: Requester): void;
  /** Keeps from `old` what the main endpoint may not change (status, ...); mutates `object`. */
  prepareForUpdate(object: JsonObject, old: JsonObject): void;
  /** Keeps from `old` everything but status; mutates `object`. */
  prepareForStatusUpdate(object: JsonObject, old: JsonObject): void;
  /** Compared before and after an update: different means generation + 1. Usually the spec. */
  generationView(object: JsonObject): JsonValue;
  /** Seconds that deletion waits when the client names none; undefined: at once. Pods: their own grace. */
  defaultGracePeriodSeconds(object: JsonObject): number | undefined;
  /** The last word of path validation for names, e.g. DNS-1123 subdomain; '' when the name is good. */
  validateName(name: string, forPrefix: boolean): readonly string[];
}
