import type { LoadedDataConverter, Payload } from '@temporalio/common';

/** What a payload says that the service itself has handed over, which the SDK's calls do for those that they read. */
export async function decodePayload<Value>(
  { payloadCodecs, payloadConverter }: LoadedDataConverter,
  payload: Payload,
): Promise<Value> {
  let payloads = [payload];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  return payloadConverter.fromPayload<Value>(payloads[0] ?? payload);
}
