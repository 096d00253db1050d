import type { Problem } from './errors.js';

/** How sources are reached. ffmpeg opens what a route says and nothing else; where that leads is for the route to guard. */
export interface SourceGateway {
  open(url: string): Promise<SourceRoute>;
}

/** The way to one source, for one process. */
export interface SourceRoute {
  /** What ffmpeg opens in place of the source: it tells nothing of path, query or login to who sees a command line. */
  url: string;
  /** Options of its input. */
  options: readonly string[];
  /** What ffmpeg has said of the route, said of the source. */
  named(text: string): string;
  /** Why the source could not be connected to, where ffmpeg saw no more than a closed connection. */
  fault(): Problem | undefined;
  /** Ends its connections. */
  close(): void;
}
