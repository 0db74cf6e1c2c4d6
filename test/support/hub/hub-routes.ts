import { type Answer, errorAnswer, jsonAnswer } from './answer.ts'
import type { HubSettings } from './hub-settings.ts'
import { answerModel, answerModels } from './model-routes.ts'
import { answerResolve } from './resolve-route.ts'
import { whoamiJson } from './shapes.ts'

/** Everything that the hub itself answers: authorisation, the repo, and the route. */
export function answerHub({ url, path, range, authorization, body, settings }: HubInput): Answer {
  const { token, repos } = settings
  const isKnown = token === undefined ? authorization !== undefined : authorization === `Bearer ${token}`
  if (token !== undefined && authorization !== undefined && !isKnown)
    return errorAnswer({ status: 401, message: 'Invalid credentials in Authorization header' })
  if (path === '/api/whoami-v2')
    return isKnown ? jsonAnswer(whoamiJson) : errorAnswer({ status: 401, message: 'Invalid username or password.' })
  const mayRead = token === undefined || isKnown
  if (path === '/api/models') return mayRead ? answerModels({ url, settings }) : jsonAnswer([])

  const route = routeOf(path)
  if (route === undefined) return errorAnswer({ status: 404, message: 'Sorry, this route is not served' })
  const repo = repos.get(route.id)
  if (repo === undefined || !mayRead) return noRepo(mayRead)
  if (route.kind === 'model') return answerModel({ repo, tail: route.rest, url, body, settings })
  if (repo.gated)
    return errorAnswer({
      status: isKnown ? 403 : 401,
      code: 'GatedRepo',
      message: `Access to model ${repo.id} is restricted. You must be authenticated to access it.`,
    })
  return answerResolve({ repo, rest: route.rest, range, settings, isCached: route.kind === 'cached' })
}

interface HubInput {
  url: URL
  /** The decoded path of `url`. */
  path: string
  range: string | undefined
  authorization: string | undefined
  body: string
  settings: HubSettings
}

/** A hub does not reveal to strangers whether a repo is missing or hidden. */
const noRepo = (mayRead: boolean): Answer =>
  errorAnswer({
    status: mayRead ? 404 : 401,
    code: 'RepoNotFound',
    message: mayRead ? 'Repository not found' : 'Invalid username or password.',
  })

const shapes = {
  cached: /^\/api\/resolve-cache\/models\/([^/]+\/[^/]+)\/(.*)$/s,
  model: /^\/api\/models\/([^/]+\/[^/]+)(.*)$/s,
  resolve: /^\/([^/]+\/[^/]+)\/resolve\/(.*)$/s,
} as const

export function routeOf(path: string): { kind: keyof typeof shapes; id: string; rest: string } | undefined {
  for (const kind of ['cached', 'model', 'resolve'] as const) {
    const [, id, rest = ''] = shapes[kind].exec(path) ?? []
    if (id !== undefined) return { kind, id, rest }
  }
  return undefined
}
