/**
 * Backups by the clock: one at a time, each verified before an old one goes. Faults assumed: a folder that is missing,
 * full or not ours to write; no leader; a crash at any instant. Whatever fails is logged, shown in the status and tried
 * again, and harms nothing but the backup.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Logger, Timer } from '../../platform/index.js';
import { errorCode } from '../atomic-file.js';
import type { BackupSettings, BackupStatus } from '../cluster.js';
import { keepSnapshot, temporarySuffix } from '../snapshot/keep-snapshot.js';
import { UserError } from '../user-error.js';
import {
  type Backup,
  backupName,
  backupsAmong,
  leftoversAmong,
  nextBackupMilliseconds,
} from './backup-names.js';

export interface BackupsOptions {
  readonly settings: BackupSettings;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Has a member write its state there. @throws UserError */
  readonly write: (path: string) => Promise<void>;
}

/** After a failure: the next one need not wait for its hour. */
const retryMilliseconds = 60_000;

export class Backups {
  readonly #options: BackupsOptions;
  readonly #stopped = new AbortController();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #last: BackupStatus['last'];
  #failure: string | undefined;

  constructor(options: BackupsOptions) {
    this.#options = options;
  }

  /** The first is due when the newest one in the folder is as old as it may become. */
  async start(): Promise<void> {
    const { clock, settings } = this.#options;
    const newest = (await this.#existing().catch(() => [])).at(-1);
    if (newest !== undefined) await this.#remember(newest).catch(() => undefined);
    const age =
      newest === undefined ? Number.POSITIVE_INFINITY : clock.wallMilliseconds() - newest.milliseconds;
    const wait = Math.min(settings.everyMilliseconds, Math.max(0, settings.everyMilliseconds - age));
    if (!this.#stopped.signal.aborted) this.#schedule(wait);
  }

  status(): BackupStatus {
    const { settings } = this.#options;
    return { ...settings, running: this.#running !== undefined, last: this.#last, failure: this.#failure };
  }

  /** Resolves when nothing of it is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#timer?.cancel();
    await this.#running;
  }

  #schedule(milliseconds: number): void {
    this.#timer = this.#options.clock.setTimer(milliseconds, () => {
      this.#running = this.#run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  async #run(): Promise<void> {
    const { clock, logger, settings } = this.#options;
    const began = clock.monotonicMilliseconds();
    let every = settings.everyMilliseconds;
    try {
      await this.#backUp();
      this.#failure = undefined;
    } catch (error) {
      if (this.#stopped.signal.aborted) return;
      this.#failure = error instanceof Error ? error.message : String(error);
      logger.error('the backup failed', { folder: settings.folder, reason: this.#failure });
      every = Math.min(every, retryMilliseconds);
    }
    if (this.#stopped.signal.aborted) return;
    this.#schedule(Math.max(0, every - (clock.monotonicMilliseconds() - began)));
  }

  async #backUp(): Promise<void> {
    const { clock, logger, clusterId, settings, write } = this.#options;
    const { folder } = settings;
    const existing = await this.#existing();
    for (const name of leftoversAmong(clusterId, await readdir(folder), temporarySuffix)) {
      await rm(join(folder, name), { force: true });
    }
    const milliseconds = nextBackupMilliseconds(existing, clock.wallMilliseconds());
    const name = backupName(clusterId, milliseconds);
    const contents = await keepSnapshot({
      path: join(folder, name),
      write,
      onStep: () => {},
      signal: this.#stopped.signal,
    });
    const { bytes, header } = contents;
    this.#last = { name, milliseconds, bytes };
    logger.info('backup made', { folder, name, bytes, revision: header.revision, keys: contents.keys });
    await this.#removeOld();
  }

  /** Only now that there is a new one that was verified. */
  async #removeOld(): Promise<void> {
    const { folder, keep } = this.#options.settings;
    const existing = await this.#existing();
    for (const { name } of existing.slice(0, Math.max(0, existing.length - keep))) {
      await rm(join(folder, name), { force: true }).catch((error: unknown) => {
        throw new UserError(`${join(folder, name)} is to go and cannot be removed (${errorCode(error)})`);
      });
      this.#options.logger.info('old backup removed', { folder, name });
    }
  }

  async #existing(): Promise<readonly Backup[]> {
    const { folder } = this.#options.settings;
    try {
      return backupsAmong(this.#options.clusterId, await readdir(folder));
    } catch (error) {
      throw new UserError(`${folder} cannot be read (${errorCode(error) ?? String(error)})`, {
        cause: error,
      });
    }
  }

  async #remember({ name, milliseconds }: Backup): Promise<void> {
    const { size } = await stat(join(this.#options.settings.folder, name));
    this.#last = { name, milliseconds, bytes: size };
  }
}
