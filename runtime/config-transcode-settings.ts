import { availableParallelism } from 'node:os';
import { addressList, filePath, folderList, wholeNumber } from './config-values.js';
import { setting } from './setting.js';

const GIB = 1024 ** 3;
const DEFAULT_SCRATCH_DIR = '.reelay/scratch';
const DEFAULT_SCRATCH_MAX_BYTES = 20 * GIB;

/** Two processes of one thread each take more processor time for the same output than one of two: bench/transcode.ts. */
const CORES_AN_ENCODER = 2;

export const TRANSCODE_SETTINGS = {
  scratchDir: setting(
    [
      'REELAY_SCRATCH_DIR',
      'path',
      'the folder of this worker alone where inputs and what is made of them lie meanwhile',
    ],
    filePath('expected a path'),
    { default: DEFAULT_SCRATCH_DIR },
  ),
  scratchMaxBytes: setting(
    [
      'REELAY_SCRATCH_MAX_BYTES',
      'bytes',
      'what may lie there at once; what needs more waits, or goes to another worker',
    ],
    wholeNumber(1024 * 1024, Number.MAX_SAFE_INTEGER),
    { default: DEFAULT_SCRATCH_MAX_BYTES },
  ),
  inputMaxBytes: setting(
    [
      'REELAY_INPUT_MAX_BYTES',
      'bytes',
      'the largest input that a transcode takes; as much as `REELAY_SCRATCH_MAX_BYTES` where it is not set, and never more',
    ],
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
    {},
  ),
  inputAllowFolders: setting(
    ['REELAY_INPUTS_ALLOW_FOLDERS', 'paths', 'folders whose files a transcode may read, with commas between them'],
    folderList(),
    { default: '', defaultText: 'none' },
  ),
  inputAllowAddresses: setting(
    [
      'REELAY_INPUTS_ALLOW',
      'URLs',
      'the addresses below which inputs must be, with commas between them, such as `s3://bucket/prefix/` or `https://host/`',
    ],
    addressList(),
    { default: '', defaultText: 'any' },
  ),
  transcodeConcurrency: setting(
    ['REELAY_TRANSCODE_CONCURRENCY', 'processes', 'how many ffmpegs a transcode worker runs at once'],
    wholeNumber(1, 1000),
    { default: Math.ceil(availableParallelism() / CORES_AN_ENCODER), defaultText: `1 for ${CORES_AN_ENCODER} cores` },
  ),
} as const;
