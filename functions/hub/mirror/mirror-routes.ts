import type { Context, Next } from 'hono'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { isMirrorOf } from '../../../shared/mirror/mirrored-repo.ts'
import { sortedByPath } from '../../../shared/model/revision-id.ts'
import { fullName } from '../../../shared/table/repo-item.ts'
import { allFiles } from '../../../shared/table/repos.ts'
import { findRevision } from '../find-revision.ts'
import { parseRef, type RefPath, rawRest, refPaths } from '../parse-path.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { fileDepth, routesOf } from '../repo-kinds.ts'
import { answerFile } from './answer-file.ts'
import { answerModel } from './answer-model.ts'
import { answerPaths } from './answer-paths.ts'
import { answerCommits, answerRefs } from './answer-refs.ts'
import { answerTree, isMirrorCursor } from './answer-tree.ts'
import { findMirrored, type Mirrored } from './find-mirrored.ts'
import type { Mirror } from './mirror.ts'
import { mirrorErrors } from './mirror-errors.ts'
import { leftOutBecause } from './snapshot.ts'
import { asFile, asRevision } from './snapshot-items.ts'

type Answer = (context: Context<HttpEnvironment>, mirrored: Mirrored) => Promise<Response>
/** Answers where the upstream Hub has nothing; `undefined` passes on to the local routes. */
type Otherwise = (context: Context<HttpEnvironment>) => Promise<Response | undefined>
type Readings = (context: Context<HttpEnvironment>) => readonly RefPath[]

/** Reads that the upstream Hub may answer. They come before the local routes, and pass on what is theirs. */
export function addMirrorRoutes(app: HubApp, { table, publicUrl, mirror }: MirrorRouteParts) {
  const { api, files, kind } = routesOf('model')
  const model = `${api}/:owner/:name`
  const through =
    (readings: Readings, answer: Answer, otherwise?: Otherwise) =>
    async (context: Context<HttpEnvironment>, next: Next) => {
      const mirrored = await findMirrored(context, { mirror, table }, readings(context))
      if (mirrored === undefined) return (await otherwise?.(context)) ?? next()
      context.header('x-repo-commit', mirrored.snapshot.commit)
      return answer(context, mirrored)
    }
  const main: Readings = () => [{ ref: 'main', path: '' }]
  const refOnly: Readings = (context) => [{ ref: parseRef(rawRest(context.req.url, 5)), path: '' }]
  const folder: Readings = (context) => refPaths(rawRest(context.req.url, 5), { isRefRaw: true })
  const depth = fileDepth({ api, files, kind })
  const file: Readings = (context) => refPaths(rawRest(context.req.url, depth), { isRefRaw: false })
  const info: Answer = (context, mirrored) => answerModel(context, mirrored, mirror)

  app.get(model, through(main, info))
  app.get(`${model}/revision/:ref{.+}`, through(refOnly, info))
  const tree: Answer = async (context, { snapshot, path, ref }) => {
    const all = (await mirror.upstream.files(snapshot)).map(asFile)
    const revision = asRevision(snapshot, all)
    return answerTree(context, { repo: snapshot.repo, revision, files: all, folder: path, ref, publicUrl })
  }
  const treeGoingOn: Otherwise = async (context) => {
    if (!isMirrorCursor(context.req.query('cursor'))) return undefined
    const { repo, revision, path, ref } = await findRevision(context, { table, kind }, folder(context))
    const all = sortedByPath(await Array.fromAsync(allFiles(table, repo.id, revision.id)))
    context.header('x-repo-commit', revision.id)
    return answerTree(context, { repo: fullName(repo), revision, files: all, folder: path, ref, publicUrl })
  }
  app.get(`${model}/tree/:rest{.+}`, through(folder, tree, treeGoingOn))
  app.post(
    `${model}/paths-info/:ref{.+}`,
    through(refOnly, (context, mirrored) => answerPaths(context, mirrored, mirror)),
  )
  app.get(
    `${model}/refs`,
    through(main, (context, mirrored) => answerRefs(context, mirrored, mirror)),
  )
  app.get(`${model}/commits/:ref{.+}`, through(refOnly, answerCommits))
  app.get(
    `${model}/auth-check`,
    through(main, async (context) => context.json({ success: true })),
  )
  const fileLeftOut: Otherwise = async (context) => {
    const readings = file(context)
    if (readings.every((reading) => leftOutBecause(reading.path) === undefined)) return undefined
    const { repo, revision, path } = await findRevision(context, { table, kind }, readings)
    const reason = leftOutBecause(path)
    if (reason === undefined || !isMirrorOf(repo, mirror.upstream.endpoint)) return undefined
    context.header('x-repo-commit', revision.id)
    throw mirrorErrors.leftOut(path, reason)
  }
  for (const way of ['resolve', 'raw'] as const) {
    const answer: Answer = (context, mirrored) => answerFile(context, mirrored, { mirror, way })
    app.get(`${files}/:owner/:name/${way}/:rest{.+}`, through(file, answer, fileLeftOut))
  }
}

type MirrorRouteParts = Pick<HubParts, 'table' | 'publicUrl'> & { mirror: Mirror }
