import assert from 'node:assert/strict';
import kafkajs from 'kafkajs';
import { isDenied, kafkaFault } from '../../../adapters/kafka/kafka-fault.js';
import { fault, problemOf } from '../../../contracts/errors.js';

const { KafkaJSConnectionError, KafkaJSNonRetriableError, KafkaJSProtocolError } = kafkajs;

const protocolError = (type: string): Error =>
  new KafkaJSProtocolError(Object.assign(new Error(`broker says ${type}`), { type, code: 1, retriable: false }));
const wrapped = (cause: Error): Error => Object.assign(new KafkaJSNonRetriableError('gave up'), { cause });
const codeOf = (error: unknown): string | undefined => problemOf(kafkaFault(error, 'send'))?.code;

describe('a failure of Kafka', () => {
  it('is a denial where the broker refuses for good', () => {
    for (const type of ['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']) {
      assert.equal(codeOf(protocolError(type)), 'events-denied', type);
    }
  });

  it('is about one record where that is too large or not valid', () => {
    for (const type of ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD']) {
      assert.equal(codeOf(protocolError(type)), 'event-refused', type);
    }
    assert.ok(isDenied(fault('event-refused', 'too large')));
  });

  it('is unreachability in all else, used-up producers included', () => {
    for (const type of ['NOT_LEADER_FOR_PARTITION', 'OUT_OF_ORDER_SEQUENCE_NUMBER', 'UNKNOWN_PRODUCER_ID', 'UNKNOWN']) {
      assert.equal(codeOf(protocolError(type)), 'events-unreachable', type);
    }
    assert.equal(codeOf(new TypeError('kafkajs stumbled')), 'events-unreachable');
  });

  it('is told by its cause where kafkajs calls an outage non-retriable', () => {
    const outage = wrapped(new KafkaJSConnectionError('refused'));
    assert.equal(codeOf(outage), 'events-unreachable');
    const refusal = wrapped(protocolError('POLICY_VIOLATION'));
    assert.equal(codeOf(refusal), 'event-refused');
  });

  it('says what failed and why', () => {
    const { message } = kafkaFault(new KafkaJSConnectionError('connect ECONNREFUSED'), 'send 2 to reelay.frames/1');
    assert.equal(message, 'send 2 to reelay.frames/1: KafkaJSConnectionError: connect ECONNREFUSED');
  });

  it('stays as it is where it is in the catalogue already', () => {
    const known = fault('events-denied', 'no partitions');
    assert.equal(kafkaFault(known, 'send'), known);
    assert.ok(isDenied(known));
    assert.ok(!isDenied(new Error('other')));
  });
});
