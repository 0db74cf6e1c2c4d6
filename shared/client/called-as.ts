import { resolve } from 'node:path'
import { dataFolder, defaultDataFolder } from './connection.ts'
import { shellWord } from './shell-word.ts'

/** How the CLI was called, so that what it names next can be typed. */
export interface CalledAs {
  /** By npx, by npm's script, or by its own name. */
  name: string
  /** The setting without which the next command would look for another server, as a shell takes it before a command. */
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

/** What was exported cannot be told from what was set for this command alone; said twice it does no harm. */
const settingOf = (environment: Environment): string | undefined =>
  environment.SLIPWAY_URL?.trim() ? undefined : dataFolderSetting(dataFolder(environment))

/** How the CLI is told of a local host's data folder; nothing where it looks by itself. */
export const dataFolderSetting = (folder: string): string | undefined =>
  resolve(folder) === resolve(defaultDataFolder) ? undefined : `SLIPWAY_DATA=${shellWord(folder)}`

/** A text that names commands, ours or the server's, as the caller would type them. */
export const inWordsOf = ({ name, setting }: CalledAs, text: string): string =>
  text.replace(/(?<![\w/.-])(?:npx )?slipway(?= (?:[a-z]|--help))( (?:[a-z]+ )?--help)?/g, (_, help?: string) =>
    // Help is the same wherever the server is.
    help === undefined ? withSetting(name, setting) : `${name}${help}`,
  )

export const withSetting = (command: string, setting: string | undefined): string =>
  setting === undefined ? command : `${setting} ${command}`

type Environment = Record<string, string | undefined>
