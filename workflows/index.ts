export { captureLease as captureHost } from './capture-lease.js';
export { captureSegment } from './capture-segment.js';
export { cleanStore } from './clean-store.js';
export { deliverCallback } from './deliver-callback.js';
export { liveStream } from './live-stream.js';
export { redriveDeadLetters } from './redrive-dead-letters.js';
export { transcode } from './transcode.js';
export { watchPrefix } from './watch-prefix.js';
