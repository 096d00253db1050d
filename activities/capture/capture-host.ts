import type { Client } from '@temporalio/client';
import type { EventSink } from '../../adapters/event-log/event-log.js';
import type { ObjectStore } from '../../adapters/object-store/object-store.js';
import type { PictureSource } from '../../media/source/picture-source.js';
import type { Delivery } from '../delivery/deliver-frames.js';
import type { FreezeWatch } from '../host/freeze-watch.js';
import type { HostClock } from '../host/host-clock.js';
import type { HostLease } from '../host/host-lease.js';
import type { CaptureRegistry } from './registry.js';

/** What all captures of one host share; the capture worker makes it and closes it. */
export interface CaptureHost {
  name: string;
  /** Which process of the host this is: one that is started again is another instance. */
  instance: string;
  pictures: PictureSource;
  /** Not the one of an activity's context, which goes silent once the activity is cancelled. */
  client: Pick<Client, 'workflow'>;
  store: ObjectStore;
  /** How far apart the writes of each ledger are, milliseconds; as usual unless given. */
  ledgerEveryMs?: number;
  events: EventSink;
  delivery: Delivery;
  registry: CaptureRegistry;
  lease: Pick<HostLease, 'mayPublish'>;
  freezes: Pick<FreezeWatch, 'last'>;
  /** Whether it takes captures; false once it is to stop. */
  takesCaptures(): boolean;
  /** Aborts when the worker gives up its last undelivered work. */
  closing: AbortSignal;
  clock: Pick<HostClock, 'nowMs' | 'scheduled'>;
  /** Rejects sources that this host must not pull. */
  checkSource(url: string): Promise<void>;
}
