import type { CatalogueEntry } from './catalogue-entry.js';

const input = (meaning: string, action: string, answer: CatalogueEntry['answer'] = 'refused') =>
  ({ retryable: false, fault: 'input', answer, meaning, action }) as const;

/** The part of the catalogue that transcodes need. */
export const TRANSCODE_ERRORS = {
  'task-id-invalid': input(
    'a task or tenant id has characters that cannot be part of a key',
    'use 1 to 100 letters, digits, dot, underscore or hyphen',
    'usage',
  ),
  'task-conflict': input(
    'a task of that id exists with another request',
    'choose another id, or send the same request',
    'conflict',
  ),
  'task-not-found': input('no such task is known', 'check the id and tenant with `reelay transcode list`', 'not-found'),
  'task-ended': input('the task has ended, and what has ended cannot be cancelled', 'nothing', 'conflict'),
  'task-cancelled': input('the task was cancelled', '`reelay transcode retry` goes on with what it had finished'),
  'task-expired': input('the task was not done by its deadline', 'give it more time, or a higher priority'),
  'profile-not-found': input('no profile has that name and version', 'see `reelay transcode profiles`', 'not-found'),
  'profile-conflict': input(
    'that version of the profile exists with other contents',
    'add it as a new version',
    'conflict',
  ),
  'callback-refused': input(
    'a callback was refused for good, or is to be signed with a secret that nobody has configured',
    'check the address of the callback, and REELAY_CALLBACK_SECRETS',
  ),
  'callback-unreachable': {
    retryable: true,
    fault: 'destination',
    answer: 'retry-later',
    meaning: 'the callback of a task does not answer, or not with 2xx',
    action: 'check the server; it is tried for a day',
  },
  'trigger-invalid': input('a trigger or its file is not usable', 'correct it; the message names the field'),
  'token-missing': input(
    'a request has no token, or one that is not known',
    'send one of REELAY_API_TOKENS',
    'unauthenticated',
  ),
  'host-forbidden': input(
    'a request without a token is sent to a name that is not of this machine',
    'use localhost, or set REELAY_API_TOKENS',
    'forbidden',
  ),
  'input-url-invalid': input(
    'the input or callback is no usable URL',
    'use s3://, http://, https:// or file://',
    'usage',
  ),
  'input-forbidden': input(
    'the input is inside the network, or where workers may not read',
    'allow it in the configuration of the workers',
  ),
  'input-not-found': input('there is no such object or file', 'check the address'),
  'input-denied': input('the server or store of the input denies access to it', 'check credentials and policies'),
  'input-unreachable': {
    retryable: true,
    fault: 'source',
    answer: 'retry-later',
    meaning: 'the server or store of the input does not answer',
    action: 'check the server; the task goes on when it is back',
  },
  'input-too-slow': {
    retryable: true,
    fault: 'source',
    answer: 'retry-later',
    meaning: 'the server of the input sends it so slowly that it would keep the scratch folder from others for days',
    action: 'check the server and the network to it; `reelay transcode retry` begins again',
  },
  'input-changed': input('the input changed while it was read', 'submit it again under a new id, once it is complete'),
  'input-empty': input('the input has no bytes', 'upload it again'),
  'input-not-media': input('the input is no media file that ffmpeg knows', 'check what was uploaded'),
  'input-truncated': input('the input ends before its own index says that it does', 'upload it again'),
  'input-damaged': input('pictures or sound of the input cannot be decoded', 'repair or export it again'),
  'input-no-video': input('the input has no video track, which the profile needs', 'use the profile `audio`'),
  'input-no-audio': input('the input has no audio track, which the profile needs', 'use another profile'),
  'input-too-large': input(
    'the input has more bytes, pixels, tracks, packets or time than workers take',
    'raise the limit in the configuration of the workers, or make it smaller',
  ),
  'input-unsupported': input('the input needs what ffmpeg or Reelay cannot do', 'convert it by other means first'),
  'playlist-forbidden': input(
    'a playlist names what is not below its own folder, or comes where none is taken',
    'put the segments below the playlist; a trigger takes playlists with `playlists`',
  ),
  'remux-impossible': input('the streams of the input do not fit the profile without encoding', 'use --remux auto'),
  'quality-too-low': input('a rendition is less like its source than the task asks for', 'use a lower crf'),
  'encode-failed': {
    retryable: true,
    fault: 'internal',
    answer: 'retry-later',
    meaning: 'ffmpeg did not finish a piece of work',
    action: 'run the ffmpeg line of the message by hand',
  },
  'encode-stalled': {
    retryable: true,
    fault: 'internal',
    answer: 'retry-later',
    meaning: 'ffmpeg ran without getting any further, and was killed',
    action: 'nothing, or run the ffmpeg line of the message by hand',
  },
  'output-unproven': {
    retryable: true,
    fault: 'internal',
    answer: 'retry-later',
    meaning: 'what ffmpeg wrote is not what was planned, so it was thrown away',
    action: 'nothing: the piece is made again; the message names the place',
  },
  'object-damaged': {
    retryable: false,
    fault: 'destination',
    answer: 'failed',
    meaning: 'an object of the store does not hold the bytes that its own hash names',
    action: 'remove the object that the message names, and retry the task; check the disks of the store',
  },
  'scratch-full': {
    retryable: true,
    fault: 'internal',
    answer: 'retry-later',
    meaning: 'the scratch folder of the worker has no room for the input or what is made of it',
    action: 'nothing while other tasks run; else raise REELAY_SCRATCH_MAX_BYTES',
  },
  'scratch-unusable': {
    retryable: false,
    fault: 'internal',
    answer: 'failed',
    meaning: 'the scratch folder is missing, read-only or used by another worker',
    action: 'set REELAY_SCRATCH_DIR to a writable folder of this worker alone',
  },
} as const satisfies Record<string, CatalogueEntry>;
