import { z } from 'zod';

const size = { sizeBytes: z.int(), sha256: z.string().length(64) };

/** One object that a transcode has made, as it was proven before it was published. */
const output = z.object({
  kind: z.enum(['video', 'audio', 'playlist', 'thumbnails', 'index']),
  /** In the store, and relative to the manifest. */
  key: z.string(),
  path: z.string(),
  contentType: z.string(),
  ...size,
  rendition: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  durationMs: z.number().optional(),
  /** Pictures that were counted in it. */
  frames: z.int().optional(),
  codecs: z.array(z.string()).optional(),
  /** Bit rates of an HLS track: that of its most demanding segment, and the average. */
  peakKbps: z.int().optional(),
  averageKbps: z.int().optional(),
  /** Against the source, where it was asked for. */
  ssim: z.number().optional(),
});

/**
 * What says that a transcode is done: written last, after all that it names was proven and stored. The unit stands for the
 * version of the input and the recipe, so that the same work is known when it is asked for again.
 */
export const manifestSchema = z.object({
  version: z.literal(1),
  tenant: z.string(),
  taskId: z.string(),
  /** sha256 of the request without its callback, priority and deadline: the same request is the same task. */
  requestSha256: z.string().length(64),
  unit: z.string(),
  profile: z.object({ name: z.string(), version: z.int() }),
  decision: z.object({ kind: z.enum(['copy', 'repackage', 'encode']), reason: z.string() }),
  input: z.object({
    /** Redacted. */
    url: z.string(),
    sizeBytes: z.int(),
    tag: z.string(),
    container: z.string(),
    durationMs: z.number(),
    video: z.object({ codec: z.string(), width: z.int(), height: z.int(), frames: z.int() }).optional(),
    audio: z.object({ codec: z.string(), channels: z.int(), sampleRate: z.int() }).optional(),
  }),
  outputs: z.array(output),
  warnings: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  publishedAtMs: z.int(),
  /** CPU time of all processes that worked for it in the run that published it, seconds. */
  cpuSeconds: z.number(),
});
export type TranscodeManifest = z.infer<typeof manifestSchema>;
export type TranscodeOutput = z.infer<typeof output>;
