import { type Answer, errorAnswer, jsonAnswer } from './answer.ts'
import type { HubSettings } from './hub-settings.ts'
import { entriesOf, type Repo, resolveRef } from './repo.ts'
import { expandedJson, fileJson, modelJson, refsJson } from './shapes.ts'
import { answerTree } from './tree-route.ts'

/** The routes under `/api/models/{id}`: R2, R3, R4 and R8. */
export function answerModel({ repo, tail, url, body, settings }: ModelInput): Answer {
  const [, verb = '', rest = ''] = /^\/?([^/]*)\/?(.*)$/s.exec(tail) ?? []
  if (verb === 'tree') return answerTree({ repo, rest, url, settings })
  if (verb === 'refs') return jsonAnswer(refsJson(repo))
  if (verb === 'paths-info') return answerPathsInfo({ repo, ref: rest, body })
  if (verb !== '' && verb !== 'revision')
    return errorAnswer({ status: 404, message: 'Sorry, this route is not served' })
  const ref = verb === 'revision' ? rest : 'main'
  const commit = resolveRef(repo, ref)
  if (commit === undefined) return noRevision(ref)
  return jsonAnswer(modelJson({ repo, commit }), { 'X-Repo-Commit': commit })
}

interface ModelInput {
  repo: Repo
  /** The decoded path after the repo's id. */
  tail: string
  url: URL
  body: string
  settings: HubSettings
}

/** R7: the models whose name contains `search`, optionally of one `author`. */
export function answerModels({ url, settings }: { url: URL; settings: HubSettings }): Answer {
  const search = url.searchParams.get('search') ?? ''
  const author = url.searchParams.get('author')
  const limit = Number(url.searchParams.get('limit') ?? settings.pageSize)
  const models = [...settings.repos.values()]
    .filter((repo) => repo.id.includes(search) && (author === null || repo.id.startsWith(`${author}/`)))
    .map((repo) => modelJson({ repo, commit: resolveRef(repo, 'main') ?? '' }))
  return jsonAnswer(models.slice(0, limit))
}

/** R4: Python sends a form, JavaScript sends JSON; missing paths are left out. */
function answerPathsInfo({ repo, ref, body }: { repo: Repo; ref: string; body: string }): Answer {
  const commit = resolveRef(repo, ref)
  if (commit === undefined) return noRevision(ref)
  const { paths, expand } = parsePathsInfo(body)
  const found = (entriesOf(repo, commit) ?? []).filter((entry) => paths.includes(entry.path)).map(fileJson)
  return jsonAnswer(expand ? found.map((one) => ({ ...one, ...expandedJson(commit) })) : found)
}

function parsePathsInfo(body: string): { paths: string[]; expand: boolean } {
  if (body.trimStart().startsWith('{')) return { paths: [], expand: false, ...JSON.parse(body) }
  const form = new URLSearchParams(body)
  return { paths: form.getAll('paths'), expand: form.get('expand')?.toLowerCase() === 'true' }
}

const noRevision = (ref: string): Answer =>
  errorAnswer({ status: 404, code: 'RevisionNotFound', message: `Invalid rev id: ${ref}` })
