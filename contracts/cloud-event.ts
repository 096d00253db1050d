import type { ReelayEvent } from './events.js';

export interface EventMessage {
  headers: Record<string, string>;
  value: Buffer;
}

/** As kafkajs gives a record: a header may come as bytes or text, once or more often, or not at all. */
export interface ReceivedMessage {
  headers?: Record<string, Buffer | string | (Buffer | string)[] | undefined>;
  value: Buffer | null;
}

/**
 * CloudEvents 1.0 in binary mode: attributes in headers, data alone in the value.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
export const toMessage = ({ id, source, type, subject, time, headers, data }: ReelayEvent): EventMessage => ({
  headers: {
    ...headers,
    ce_specversion: '1.0',
    ce_id: id,
    ce_source: source,
    ce_type: type,
    ce_subject: subject,
    ce_time: time,
    'content-type': 'application/json',
  },
  value: Buffer.from(JSON.stringify(data)),
});

/** Undefined where the record is no such event: a topic may hold what others wrote. */
export function fromMessage({ headers = {}, value }: ReceivedMessage): ReelayEvent | undefined {
  const attribute = (name: string): string => text(headers[`ce_${name}`]) ?? '';
  const [id, source, type] = [attribute('id'), attribute('source'), attribute('type')];
  if (!attribute('specversion').startsWith('1.') || !id || !source || !type || !value) return undefined;
  const data = parse(value);
  return data && { id, source, type, subject: attribute('subject'), time: attribute('time'), data: data.json };
}

function text(header: Buffer | string | (Buffer | string)[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.toString();
}

function parse(value: Buffer): { json: unknown } | undefined {
  try {
    return { json: JSON.parse(value.toString()) };
  } catch {
    return undefined; // no JSON: no event of ours
  }
}
