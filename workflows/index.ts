export { captureSegment } from './capture-segment.js';
export { liveStream } from './live-stream.js';
