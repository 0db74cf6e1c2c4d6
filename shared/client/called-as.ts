import { resolve } from 'node:path'
import { dataFolder, defaultDataFolder } from './connection.ts'
import { shellWord } from './shell-word.ts'

/** How the CLI was started, so that the commands it suggests can be typed as they are. */
export interface CalledAs {
  /** `npx slipway`, `npm run slipway --`, or `slipway`. */
  name: string
  /** The environment setting that the next command needs to find the same server, as a shell prefix. */
  setting?: string | undefined
}

export const calledAs = (environment: Environment): CalledAs => ({
  name: nameOf(environment),
  setting: settingOf(environment),
})

function nameOf(environment: Environment): string {
  if (environment.npm_command === 'exec') return 'npx slipway'
  const isScript = environment.npm_command === 'run' || environment.npm_command === 'run-script'
  return isScript && environment.npm_lifecycle_event === 'slipway' ? 'npm run slipway --' : 'slipway'
}

/** The process cannot see whether the setting was exported or set for this command alone; repeating it does no harm. */
const settingOf = (environment: Environment): string | undefined =>
  environment.SLIPWAY_URL?.trim() ? undefined : dataFolderSetting(dataFolder(environment))

/** The setting that points the CLI at a local host's data folder; `undefined` for the default folder. */
export const dataFolderSetting = (folder: string): string | undefined =>
  resolve(folder) === resolve(defaultDataFolder) ? undefined : `SLIPWAY_DATA=${shellWord(folder)}`

/** Rewrites the commands that a text mentions into the form the caller would type. */
export const inWordsOf = ({ name, setting }: CalledAs, text: string): string =>
  text.replace(/(?<![\w/.-])(?:npx )?slipway(?= (?:[a-z]|--help))( (?:[a-z]+ )?--help)?/g, (_, help?: string) =>
    // Help does not depend on the server.
    help === undefined ? withSetting(name, setting) : `${name}${help}`,
  )

export const withSetting = (command: string, setting: string | undefined): string =>
  setting === undefined ? command : `${setting} ${command}`

type Environment = Record<string, string | undefined>
