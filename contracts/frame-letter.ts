import { z } from 'zod';
import { NAME_PATTERN } from './ids.js';
import { frameKey, variantOfKey } from './keys.js';
import { letterFields, timeMsSchema, type LetterKind } from './letter-fields.js';
import { FULL, JPEG, PICTURE_MODES, PICTURE_TYPES } from './picture.js';

const name = z.string().regex(NAME_PATTERN);

const image = z.object({
  key: z.string(),
  /** Frames of earlier versions do not say it. */
  contentType: z.enum(PICTURE_TYPES).default(JPEG),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  sha256: z.string().length(64),
});

/** A captured slot on its way to the store: what is known of it, and its images in the order frame, variants. */
export const frameSchema = z.object({
  session: z.object({ tenant: name, streamId: name, sessionId: name }),
  epoch: z.int(),
  slotMs: timeMsSchema,
  everyMs: z.int(),
  capturedAtMs: timeMsSchema,
  ptsMs: z.int(),
  /** Frames of earlier versions do not say it. */
  mode: z.enum(PICTURE_MODES).default(FULL),
  images: z.array(image).min(1),
});

export const frameLetterSchema = z.object({
  /** `<tenant>/<streamId>/<sessionId>/<slotMs>`: one slot has one letter, however often its delivery is given up. */
  letterId: z.string(),
  kind: z.literal('frame'),
  ...letterFields,
  /** What the delivery was doing. */
  stage: z.enum(['spool', 'store', 'events']),
  /** Tries of this frame itself; none where its destination was known to refuse. */
  attempts: z.int().min(0),
  /** The host that gave it up. */
  host: z.string(),
  frame: frameSchema,
  /** Where the bytes of the images are, in their order. */
  content: z.discriminatedUnion('at', [
    z.object({ at: z.literal('letter'), images: z.array(z.base64()) }),
    /** In the dead folder of the host's spool, which alone can send them. */
    z.object({ at: z.literal('spool') }),
    /** Already in the store, or in the backup store: only the event is missing. */
    z.object({ at: z.literal('store'), isBackup: z.boolean() }),
  ]),
});
export type FrameLetter = z.infer<typeof frameLetterSchema>;

/** Passes over the bytes that travel in a letter, which take longer to check than all the rest. */
export const frameHeadSchema = frameLetterSchema.extend({
  content: z.object({ at: z.enum(['letter', 'spool', 'store']) }),
});
export type FrameHead = z.infer<typeof frameHeadSchema>;

type About = { frame: Pick<FrameLetter['frame'], 'session'> };

export const FRAME_LETTERS: LetterKind<FrameLetter, About, FrameHead> = {
  subjectOf: ({ frame: { session } }) => ({ tenant: session.tenant, subject: session.streamId }),
  stageOf: ({ stage }) => stage,
  idOf: ({ frame }) => letterIdOf(frame),
  withoutBytes: (head) => ({ ...head, content: { at: 'letter', images: [] } }),
  filter: 'streamId',
  idParts: 4,
};

export const letterIdOf = ({ session, slotMs }: Pick<FrameLetter['frame'], 'session' | 'slotMs'>): string =>
  `${session.tenant}/${session.streamId}/${session.sessionId}/${slotMs}`;

/** Whether its images are to lie where the frame of its slot and its variants do, and nowhere else. */
export const namesOwnObjects = ({ session, slotMs, images }: FrameLetter['frame']): boolean =>
  images.every(({ key, contentType }, index) => {
    const [width, height] = variantOfKey(key)?.split('x').map(Number) ?? [];
    const size = width === undefined || height === undefined ? undefined : { width, height };
    return (size === undefined) === (index === 0) && key === frameKey(session, { slotMs, size, type: contentType });
  });
