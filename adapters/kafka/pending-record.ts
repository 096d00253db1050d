/** What a record says beside its key. */
export interface Message {
  headers: Record<string, string | Buffer | Buffer[]>;
  value: Buffer | null;
}

/** A record between `publish` and its outcome; the first outcome counts. */
export class PendingRecord {
  readonly acknowledged: Promise<void>;
  readonly sizeBytes: number;
  /** Set after a shipment was refused, to tell which of its records was the cause. */
  travelsAlone = false;
  isSettled = false;
  private accept!: () => void;
  private refuse!: (reason: Error) => void;

  constructor(
    readonly topic: string,
    readonly key: string | Buffer | null,
    readonly message: Message,
  ) {
    const headers = Object.entries(message.headers).flat().join('');
    this.sizeBytes = (key?.length ?? 0) + Buffer.byteLength(headers) + (message.value?.length ?? 0);
    this.acknowledged = new Promise((resolve, reject) => {
      this.accept = resolve;
      this.refuse = reject;
    });
  }

  settle(failure?: Error): void {
    this.isSettled = true;
    if (failure) this.refuse(failure);
    else this.accept();
  }
}
