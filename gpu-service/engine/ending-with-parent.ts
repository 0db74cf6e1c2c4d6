import { existsSync } from 'node:fs'

const setpriv = '/usr/bin/setpriv'

/**
 * A command whose process the system ends with the one that started it: a process that computes does not see that whoever
 * asked is gone. The command as it is where the system has no such launcher.
 */
export const endingWithParent = (command: readonly string[]): readonly string[] =>
  existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...command] : command
