import { relative } from 'node:path'
import { sampleRow } from './sample.ts'

export interface BannerInput {
  url: string
  version: string
  dataRoot: string
  keyPath: string
  /** Shown only on the start that made it. */
  newToken: string | undefined
}

/** What a person sees of a start: where it is, the key, and what to do next. */
export function banner({ url, version, dataRoot, keyPath, newToken }: BannerInput): string {
  const keyFile = shorter(keyPath)
  const key = newToken === undefined ? `in ${keyFile}` : `${newToken}  (shown this once; kept in ${keyFile})`
  return `
  Slipway ${version}

  url   ${url}
  key   ${key}
  data  ${shorter(dataRoot)}

  next, in another terminal:
    curl -s ${url}/api/v1/predict/iris -H "authorization: Bearer $(cat ${keyFile})" -H 'content-type: application/json' -d '${JSON.stringify({ inputs: [sampleRow] })}'
    npx slipway status
    npx slipway pull hf://sentence-transformers/all-MiniLM-L6-v2

`
}

const shorter = (path: string): string => {
  const fromHere = relative('.', path)
  return fromHere.startsWith('..') ? path : fromHere
}
