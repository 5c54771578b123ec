/** What the benchmark and its member processes say to each other over the pipe between them. */
import type { RunOptions, RunResult } from './run.js';

export interface BenchMemberConfig {
  readonly id: number;
  readonly folder: string;
  readonly batching: boolean;
  readonly tls: { readonly certificate: string; readonly key: string; readonly authority: string };
}

export type BenchRequest =
  | { readonly kind: 'start'; readonly config: BenchMemberConfig }
  | { readonly kind: 'peers'; readonly ports: readonly (readonly [id: number, port: number])[] }
  | { readonly kind: 'role' }
  | { readonly kind: 'run'; readonly options: RunOptions };

export type BenchAnswer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'connected' }
  | { readonly kind: 'role'; readonly leads: boolean }
  | { readonly kind: 'result'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly message: string };
