import { mkdir, open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { folderLogFault } from './folder-log-fault.js';
import type { EventLine, RecordLine } from './topic-file.js';

interface Waiting {
  line: string;
  settle: (failure?: unknown) => void;
}

/**
 * Appends lines to the file of a topic. What waits is written in a single write to a file opened for appending, which the
 * system does as one step: lines of several processes never mix. A write that fails half-way (disk full) leaves a torn
 * line without an end, so the next write ends it first, and readers pass over it, as over the empty line that comes where
 * a writer opened the file while another one wrote. Not synced to disk.
 */
export class TopicWriter {
  private waiting: Waiting[] = [];
  private writing = Promise.resolve();
  private handle: FileHandle | undefined;
  private isTorn = false;

  constructor(private readonly file: string) {}

  append(record: EventLine | RecordLine): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (failure?: unknown): void => (failure === undefined ? resolve() : reject(failure as Error));
      this.waiting.push({ line: `${JSON.stringify(record)}\n`, settle });
      if (this.waiting.length === 1) this.writing = this.writing.then(() => this.flush());
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.handle?.close();
  }

  /** Never rejects: each failure is told to those who wait. */
  private async flush(): Promise<void> {
    const batch = this.waiting.splice(0);
    try {
      await this.write(batch.map(({ line }) => line).join(''));
      for (const { settle } of batch) settle();
    } catch (error) {
      const failure = folderLogFault(error, `append to ${this.file}`);
      for (const { settle } of batch) settle(failure);
    }
  }

  private async write(lines: string): Promise<void> {
    this.handle ??= await this.openFile();
    const bytes = Buffer.from((this.isTorn ? '\n' : '') + lines);
    const { bytesWritten } = await this.handle.write(bytes);
    if (bytesWritten > 0) this.isTorn = bytesWritten < bytes.length;
    if (bytesWritten < bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
  }

  private async openFile(): Promise<FileHandle> {
    await mkdir(path.dirname(this.file), { recursive: true });
    const handle = await open(this.file, 'a+');
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(1), position: Math.max(0, size - 1) });
    this.isTorn = bytesRead === 1 && buffer.toString() !== '\n';
    return handle;
  }
}
