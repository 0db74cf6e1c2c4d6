import { existsSync } from 'node:fs'

const setpriv = '/usr/bin/setpriv'

/**
 * Wraps a command so that the system kills its process when the parent dies, which a busy process would not notice.
 * Returns the command unchanged if the system has no `setpriv`.
 */
export const endingWithParent = (command: readonly string[]): readonly string[] =>
  existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...command] : command
