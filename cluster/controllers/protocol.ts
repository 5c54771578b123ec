/** What the supervisor tells the process that runs the control loops. */
import type { PemPair } from '../pki/pem.js';

export interface ControllersConfig {
  /** The front door. */
  readonly server: string;
  readonly authority: string;
  readonly client: PemPair;
  readonly identity: string;
  readonly logPath: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

export type ControllersMessage =
  | { readonly type: 'start'; readonly config: ControllersConfig }
  | { readonly type: 'stop' };
