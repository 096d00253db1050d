import { watch, type FSWatcher } from 'node:fs';

/** Notifications of the system may be lost, so a reader that waits also looks again by itself. */
const RECHECK_MS = 1000;

/** Tells when something in a folder may have changed; a change while nobody waits is told to the next who does. */
export class FolderChanges {
  private readonly watcher: FSWatcher;
  private hasChanged = false;
  private failure: Error | undefined;
  private wake: () => void = () => undefined;

  constructor(folder: string) {
    this.watcher = watch(folder);
    this.watcher.on('change', () => {
      this.hasChanged = true;
      this.wake();
    });
    this.watcher.on('error', (error) => {
      this.failure = error;
      this.wake();
    });
  }

  /** False when the reader has to stop. */
  async next(stop: AbortSignal): Promise<boolean> {
    if (!this.hasChanged && !this.failure && !stop.aborted) await this.woken(stop);
    if (this.failure) throw this.failure;
    this.hasChanged = false;
    return !stop.aborted;
  }

  close(): void {
    this.watcher.close();
  }

  private async woken(stop: AbortSignal): Promise<void> {
    let onAbort: () => void = () => undefined;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = onAbort = resolve;
      timer = setTimeout(resolve, RECHECK_MS);
      stop.addEventListener('abort', onAbort);
    });
    clearTimeout(timer);
    stop.removeEventListener('abort', onAbort);
  }
}
