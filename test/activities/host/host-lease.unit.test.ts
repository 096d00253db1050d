import assert from 'node:assert/strict';
import { ActivityNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { Capture } from '../../../activities/capture/capture.js';
import { confirmCapture } from '../../../activities/capture/confirm-capture.js';
import { createCaptureRegistry } from '../../../activities/capture/registry.js';
import { createHostLease, type HostLease } from '../../../activities/host/host-lease.js';
import { SESSION } from '../capture/frames.js';
import { createCounter } from '../capture/switchable.js';

interface SceneStart {
  heartbeat(): Promise<void>;
  stream(): Promise<boolean>;
  onError?(error: unknown): void;
}

const TOKEN = new Uint8Array([1]);

describe('what a host does with its captures', () => {
  let lease: HostLease | undefined;
  afterEach(() => lease?.close());

  /** A host with one capture, and a server that answers as told. */
  function scene({ heartbeat, stream, onError = assert.fail }: SceneStart) {
    const registry = createCaptureRegistry();
    const did: string[] = [];
    const [asked, released] = [createCounter(), createCounter()];
    const note = (what: string) => () => void did.push(what);
    const release = (): void => {
      released.add();
    };
    const capture = { attach: note('attach'), retire: note('retire'), stop: note('stop'), release };
    registry.add('segment', {
      capture: capture as unknown as Capture,
      session: SESSION,
      epoch: 3,
      announceFound: () => undefined,
    });
    const getHandle = (id: string) => ({
      describe: async () => ({ status: { name: 'RUNNING' } }),
      query: id.endsWith('answers') ? async () => true : stream,
    });
    const client = {
      ...{ activity: { heartbeat, complete: async () => undefined }, workflow: { getHandle } },
      withDeadline: (_: number, call: () => Promise<unknown>) => call(),
    } as unknown as Client;
    const ask = async (): Promise<void> => void asked.add();
    const opened = createHostLease({
      kind: 'capture',
      instance: 'i',
      client,
      registry,
      ask,
      leaseMs: 120,
      confirm: (run) => confirmCapture(client, run),
      release: (run) => {
        run.capture.release();
      },
      onError,
    });
    lease = opened;
    opened.open();
    return { lease: opened, registry, did, asked, released };
  }
  const lapsed = () => Promise.reject(new ActivityNotFoundError('lapsed'));

  it('is to let them publish while the lease is renewed', async () => {
    const renewed = createCounter();
    const { lease: held, asked, did } = scene({ heartbeat: async () => renewed.add(), stream: assert.fail });
    await asked.reached(1);
    held.hold(TOKEN, 0);
    await renewed.reached(5);
    assert.equal(held.mayPublish('segment'), true);
    assert.deepEqual(did, []);
  });

  for (const [isCurrent, expected] of [
    [true, 'attach'],
    [false, 'retire'],
  ] as const) {
    it(`is to hold them when it lapsed, until the stream has said that one is ${isCurrent ? 'its own' : 'not'}`, async () => {
      const heard = createCounter();
      let answer: (isCurrent: boolean) => void = () => assert.fail();
      const stream = (): Promise<boolean> => {
        heard.add();
        return new Promise((resolve) => (answer = resolve));
      };
      const { lease: held, did, released } = scene({ heartbeat: lapsed, stream });
      held.hold(TOKEN, 0);
      await heard.reached(1);
      assert.equal(held.mayPublish('segment'), false);
      answer(isCurrent);
      await released.reached(1);
      assert.equal(held.mayPublish('segment'), true);
      assert.deepEqual(did, [expected]);
    });
  }

  it('is to hold the one whose stream does not answer, and let the others go', async () => {
    const asked = createCounter();
    const stream = () => {
      asked.add();
      return asked.count < 3 ? Promise.reject(new Error('14 UNAVAILABLE')) : Promise.resolve(true);
    };
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const { lease: held, registry, did, released } = scene({ heartbeat: lapsed, stream, onError });
    registry.add('other', { ...registry.get('segment'), session: { ...SESSION, streamId: 'answers' } });
    held.hold(TOKEN, 0);
    await released.reached(1);
    assert.equal(held.mayPublish('segment'), false);
    assert.equal(held.mayPublish('other'), true);
    await released.reached(2);
    assert.equal(held.mayPublish('segment'), true);
    assert.deepEqual(did, ['attach', 'attach']);
    assert.equal(errors.length, 2);
  });

  it('is to end them where the stream is gone', async () => {
    const stream = () => Promise.reject(new WorkflowNotFoundError('gone', 'id', undefined));
    const { lease: held, did, released } = scene({ heartbeat: lapsed, stream });
    held.hold(TOKEN, 0);
    await released.reached(1);
    assert.deepEqual(did, ['stop']);
  });

  it('is to hold them when the process was frozen, before a picture gets through', async () => {
    const { lease: held, did, released } = scene({ heartbeat: async () => undefined, stream: async () => true });
    held.hold(TOKEN, 0);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    assert.equal(held.mayPublish('segment'), false);
    await released.reached(1);
    assert.equal(held.mayPublish('segment'), true);
    assert.deepEqual(did, ['attach']);
  });
});
