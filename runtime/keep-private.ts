/** All that a mode allows to others: frames, inputs and letters are of one user alone. */
const OTHERS = 0o077;

/** From now on this process makes folders of mode 0700 and files of 0600: spool, scratch, folder store and event log. */
export function keepPrivate(): void {
  process.umask(OTHERS);
}
