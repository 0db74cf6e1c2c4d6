import { type Answer, fileAnswer, textAnswer } from './answer.ts'
import type { HubSettings } from './hub-settings.ts'

/** The store behind the redirects: signed links only, with ranges, and no second way to authenticate. */
export function answerStorage({ url, path, range, authorization, settings }: StorageInput): Answer {
  if (authorization !== undefined) return refusal(400, 'InvalidArgument', 'Only one auth mechanism allowed')
  if (!settings.signer.isGood(url)) return refusal(403, 'AccessDenied', 'Access denied')
  const [, id = '', sha256 = ''] = /^\/([^/]+\/[^/]+)\/([0-9a-f]{64})\//.exec(path) ?? []
  const commits = [...(settings.repos.get(id)?.commits.values() ?? [])]
  const entry = commits.flat().find((one) => one.sha256 === sha256)
  if (entry === undefined) return refusal(404, 'NoSuchKey', 'The specified key does not exist.')
  const headers = { ETag: `"${sha256.slice(0, 32)}"`, 'X-Cache': 'Miss from stand-in' }
  return fileAnswer({ file: entry.file, sizeBytes: entry.sizeBytes, range, headers })
}

interface StorageInput {
  url: URL
  path: string
  range: string | undefined
  authorization: string | undefined
  settings: HubSettings
}

const refusal = (status: number, code: string, message: string): Answer =>
  textAnswer({
    status,
    type: 'application/xml',
    text: `<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  })
