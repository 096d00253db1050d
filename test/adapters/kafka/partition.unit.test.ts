import assert from 'node:assert/strict';
import { Partitioners } from 'kafkajs';
import { partitionOf } from '../../../adapters/kafka/partition.js';

const KEYS = ['', 'a', 'ab', 'abc', 'abcd', 'cam1', 'camera-7f3a', 'Übertragung', '直播间', '😀', 'x'.repeat(257)];

describe('the partition of a key', () => {
  for (const partitions of [1, 3, 6, 100]) {
    it(`is the one that Kafka's own clients choose among ${partitions}`, () => {
      const choose = Partitioners.DefaultPartitioner();
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
      for (const key of [...KEYS, ...Array.from({ length: 200 }, (_, index) => `stream-${index * 7919}`)]) {
        const expected = choose({ topic: 'reelay.frames', partitionMetadata, message: { key, value: null } });
        assert.equal(partitionOf(key, partitions), expected, JSON.stringify(key));
      }
    });
  }

  it('equals the figures of the Java client', () => {
    assert.equal(partitionOf('21', 0x7fffffff), -973932308 & 0x7fffffff);
    assert.equal(partitionOf('foobar', 0x7fffffff), -790332482 & 0x7fffffff);
    assert.equal(partitionOf('a-little-bit-long-string', 0x7fffffff), -985981536 & 0x7fffffff);
  });
});
