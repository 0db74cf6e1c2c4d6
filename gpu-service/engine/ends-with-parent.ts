import { existsSync } from 'node:fs'

const setpriv = '/usr/bin/setpriv'

/**
 * What stands before a command whose process the system is to end with the one that started it: what computes does not
 * see that its asker is gone. Nothing where the system has no such launcher.
 */
export const endsWithParent: readonly string[] = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL'] : []
