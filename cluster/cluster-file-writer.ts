/** Writes cluster.json whenever something in it changes, one write at a time and always the latest. */
import type { Logger } from '../platform/index.js';
import { type ClusterFile, writeClusterFile } from './cluster-file.js';

export class ClusterFileWriter {
  readonly #dataDir: string;
  readonly #logger: Logger;
  #wanted: ClusterFile | undefined;
  #writing: Promise<void> | undefined;

  constructor(dataDir: string, logger: Logger) {
    this.#dataDir = dataDir;
    this.#logger = logger;
  }

  write(file: ClusterFile): Promise<void> {
    this.#wanted = file;
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #drain(): Promise<void> {
    while (this.#wanted !== undefined) {
      const file = this.#wanted;
      this.#wanted = undefined;
      try {
        await writeClusterFile(this.#dataDir, file);
      } catch (error) {
        this.#logger.error('cluster.json could not be written', { reason: String(error) });
      }
    }
  }
}
