export { connect, type Reelay } from './connect.js';
export { followFrames } from './follow-frames.js';
export * from './streams.js';
export { verifyStream, type Verification } from './verify-stream.js';
export type { FrameEvent, GapEvent, StreamEvent } from '../contracts/events.js';
export { ERRORS, problemOf, type ErrorCode, type Problem } from '../contracts/errors.js';
export type { AppliedPolicy, PolicyChange, StreamRequest, StreamState } from '../contracts/stream.js';
