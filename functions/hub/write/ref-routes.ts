import type { Context } from 'hono'
import * as z from 'zod'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { errors } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { readJson, readOptionalJson } from '../../../shared/http/json-body.ts'
import { isNewRefName } from '../../../shared/model/new-ref-name.ts'
import { parseRefName } from '../../../shared/model/repo-id.ts'
import { createRef, deleteRef } from '../../../shared/repos/change-ref.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { getRef } from '../../../shared/table/repos.ts'
import { findRepo, findRevision } from '../find-revision.ts'
import { parseRef, rawRest } from '../parse-path.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds } from '../repo-kinds.ts'
import { branchName, newBranchName } from './branch-name.ts'
import { createEmptyBranch } from './create-empty-branch.ts'
import { notifyIngest } from './notify-ingest.ts'

const newBranch = z.object({
  startingPoint: z.string().max(200).nullish(),
  emptyBranch: z.boolean().nullish(),
  overwrite: z.boolean().nullish(),
})
const newTag = z.object({ tag: z.string(), message: z.string().max(20_000).nullish() })

/** W10 and W11: branches and tags. */
export function addRefRoutes(app: HubApp, parts: HubParts) {
  const { table, now } = parts
  const isThere = async (repo: RepoItem, name: string) =>
    (await getRef(table, { repoId: repo.id, kind: 'branch', name })) !== undefined
  const refOf = (context: Context<HttpEnvironment>) => parseRef(rawRest(context.req.url, 5))
  const done = async (context: Context<HttpEnvironment>, repo: RepoItem) => {
    await notifyIngest(context, parts, { step: 'write-repo-manifest', repoId: repo.id, attempt: 1 })
    return context.json({ success: true })
  }

  for (const { kind, api } of repoKinds) {
    app.post(`${api}/:owner/:name/branch/:ref{.+}`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'write' })
      const name = newBranchName(refOf(context))
      // Python sends no body where all fields are absent.
      const { startingPoint, emptyBranch, overwrite } = await readOptionalJson(context, newBranch)
      const by = principalOf(context).username
      const ref = { kind: 'branch' as const, name, by, overwrite: overwrite === true }
      if (emptyBranch === true) await createEmptyBranch({ table, repo, ref, now: now() })
      else if (startingPoint != null || !(ref.overwrite && (await isThere(repo, name)))) {
        const readings = [{ ref: startingPoint ?? 'main', path: '' }]
        const { revision } = await findRevision(context, { table, kind }, readings)
        await createRef({ table, repo, ref: { ...ref, revision }, now: now() })
        const inspect = { step: 'inspect-revision' as const, repoId: repo.id, revision: revision.id, attempt: 1 }
        if (name === 'main' && revision.metadata === undefined) await notifyIngest(context, parts, inspect)
      }
      return done(context, repo)
    })

    app.delete(`${api}/:owner/:name/branch/:ref{.+}`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'write' })
      const name = branchName(refOf(context))
      if (name === 'main')
        throw errors.invalidRequest(`The branch main of "${fullName(repo)}" cannot be deleted.`, 'branch')
      await deleteRef({ table, repo, ref: { kind: 'branch', name } })
      return done(context, repo)
    })

    app.post(`${api}/:owner/:name/tag/:ref{.+}`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'write' })
      const { tag, message } = await readJson(context, newTag)
      const name = newTagName(tag)
      const { revision } = await findRevision(context, { table, kind }, [{ ref: refOf(context), path: '' }])
      const by = principalOf(context).username
      await createRef({
        table,
        repo,
        ref: { kind: 'tag', name, revision, by, message: message ?? undefined },
        now: now(),
      })
      return done(context, repo)
    })

    app.delete(`${api}/:owner/:name/tag/:ref{.+}`, async (context) => {
      const repo = await findRepo(context, { table, kind, access: 'write' })
      await deleteRef({ table, repo, ref: { kind: 'tag', name: tagName(refOf(context)) } })
      return done(context, repo)
    })
  }
}

/** Accepts names that could no longer be created. */
const tagName = (text: string): string => parseRefName(withoutKind(text), 'tag')

/** A tag shaped like a commit id would hide the commit. */
function newTagName(text: string): string {
  const name = withoutKind(text)
  if (isNewRefName(name)) return name
  throw errors.invalidRequest(
    `"${text.slice(0, 200)}" cannot be a tag. Use letters, digits, "-", "_", "." and "/", at most 128 characters; no part begins with "." or ends in ".lock", and a commit's id, "HEAD" and "refs/…" are reserved.`,
    'tag',
  )
}

const withoutKind = (text: string): string => text.replace(/^refs\/tags\//, '')
