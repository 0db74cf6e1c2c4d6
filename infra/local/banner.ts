import { relative } from 'node:path'
import { dataFolderSetting, withSetting } from '../../shared/client/called-as.ts'
import { shellWord } from '../../shared/client/shell-word.ts'
import { sampleRow } from './sample.ts'

interface BannerInput {
  url: string
  /** The address for others on the network. */
  networkUrl: string | undefined
  version: string
  dataRoot: string
  /** As the user wrote it, for the suggested commands. */
  dataPath: string
  keyPath: string
  /** Shown only by the start that created it, and only on a terminal. */
  newToken: string | undefined
  /** The Hub that models are pulled from. */
  hfEndpoint: string
  /** Whether the sample model is deployed, or about to be. */
  sample: boolean
}

/** What a start prints: the address, the key, and what to do next. */
export function banner(input: BannerInput): string {
  const { url, networkUrl, version, dataRoot, keyPath, newToken, hfEndpoint } = input
  const keyFile = shorter(keyPath)
  const key =
    newToken === undefined
      ? `hf_…  (not shown; kept in ${keyFile})`
      : `${newToken}  (shown only once; kept in ${keyFile})`
  return `
  Slipway ${version}

  url   ${url}${networkUrl === undefined ? '' : `\n        ${networkUrl}  (for colleagues on your network)`}
  key   ${key}
  data  ${shorter(dataRoot)}
  hub   ${hfEndpoint}

  next, in another terminal:
${nextCommands(input)
  .map((command) => `    ${command}\n`)
  .join('')}
`
}

function nextCommands({ url, dataPath, keyPath, sample }: BannerInput): string[] {
  const slipway = withSetting('npx slipway', dataFolderSetting(dataPath))
  const header = `-H "authorization: Bearer $(cat ${shellWord(shorter(keyPath))})"`
  const body = `-H 'content-type: application/json' -d '${JSON.stringify({ inputs: [sampleRow] })}'`
  const ask = sample ? `curl -s ${url}/api/v1/predict/iris ${header} ${body}` : `curl -s ${url}/api/v1/me ${header}`
  return [ask, `${slipway} status`, `${slipway} pull hf://sentence-transformers/all-MiniLM-L6-v2`]
}

const shorter = (path: string): string => {
  const fromHere = relative('.', path)
  return fromHere.startsWith('..') ? path : fromHere
}
