import { fault } from '../../contracts/errors.js';

const DENIED = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ENAMETOOLONG', 'ELOOP']);

export function folderLogFault(error: unknown, what: string): Error {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return fault(DENIED.has(code) ? 'events-denied' : 'events-unreachable', `${what}: ${message}`, { cause: error });
}
