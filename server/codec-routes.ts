import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { fault } from '../contracts/errors.js';

export interface CodecRoutes {
  codec: PayloadCodec;
  /** Of the web interface of Temporal, whose pages may read the answers. */
  origin?: string;
}

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const bytes = z.string().regex(BASE64);
const BODY = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), bytes).optional(), data: bytes.optional() })),
});

/** The remote codec protocol: by it the web interface and the command line of Temporal read and write what is encrypted. */
export function addCodecRoutes(server: FastifyInstance, { codec, origin }: CodecRoutes): void {
  for (const way of ['encode', 'decode'] as const) {
    server.post(`/codec/${way}`, async ({ body }, reply) => {
      allow(reply, origin);
      const payloads = await codec[way](payloadsOf(body));
      return { payloads: payloads.map((payload) => PayloadMessage.fromObject(payload).toJSON()) };
    });
    // A browser asks so beforehand, without a token.
    server.options(`/codec/${way}`, (_, reply) => {
      allow(reply, origin);
      return reply.status(204).send();
    });
  }
}

function payloadsOf(body: unknown): Payload[] {
  const { data } = BODY.safeParse(body);
  if (data) return data.payloads.map((payload) => PayloadMessage.fromObject(payload));
  throw fault('request-invalid', 'expected a JSON object with "payloads", each with metadata and data in base64');
}

function allow(reply: FastifyReply, origin: string | undefined): void {
  if (origin === undefined) return;
  void reply.headers({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
    vary: 'origin',
  });
}
