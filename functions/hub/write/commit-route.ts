import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { AppError } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import type { RevisionFile } from '../../../shared/model/revision-id.ts'
import { fullName, type RepoItem } from '../../../shared/table/repo-item.ts'
import { allFiles, getRef } from '../../../shared/table/repos.ts'
import type { Table } from '../../../shared/table/table.ts'
import { isTrue } from '../expand.ts'
import { findRepo } from '../find-revision.ts'
import { originOf } from '../link-header.ts'
import { parseRef, rawRest } from '../parse-path.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { repoKinds, routesOf } from '../repo-kinds.ts'
import { branchName } from './branch-name.ts'
import { storeFiles } from './commit-files.ts'
import { notifyIngest } from './notify-ingest.ts'
import { publishCommit } from './publish-commit.ts'
import { readCommit } from './read-commit.ts'
import { createTurns } from './turns.ts'

/** W8: changes the files of a branch, all of them or none. */
export function addCommitRoute(app: HubApp, parts: HubParts) {
  const inTurn = createTurns()
  for (const { kind, api } of repoKinds)
    app.post(`${api}/:owner/:name/commit/:ref{.+}`, async (context) => {
      const { table, publicUrl } = parts
      const repo = await findRepo(context, { table, kind, access: 'write' })
      const principal = principalOf(context)
      refusePullRequest(context)
      const branch = branchName(parseRef(rawRest(context.req.url, 5)))
      const { header, operations } = await readCommit(context.req.raw.body ?? noBytes())
      const before = await filesAt(table, { repo, branch })
      const store = () => storeFiles(operations, { repo, principal, before }, parts)
      const { head, isNew } = await publishCommit(
        {
          repo,
          branch,
          parentCommit: header.parentCommit ?? undefined,
          title: header.summary,
          message: header.description ?? '',
          by: principal.username,
          nonce: randomUUID(),
          store,
          inTurn,
        },
        parts,
      )
      if (isNew)
        await notifyIngest(context, parts, { step: 'inspect-revision', repoId: repo.id, revision: head, attempt: 1 })
      const commitUrl = `${urlOf(repo, originOf(context.req.url, publicUrl))}/commit/${head}`
      return context.json({ success: true, commitOid: head, commitUrl, hookOutput: '' })
    })
}

/** Where people find a repo. */
export const urlOf = (repo: RepoItem, origin: string): string =>
  `${origin}${routesOf(repo.kind).files}/${fullName(repo)}`

/** @throws AppError: a change is made on a branch here, not asked for. */
export function refusePullRequest(context: Context<HttpEnvironment>) {
  if (!isTrue(context, 'create_pr')) return
  throw new AppError({
    code: 'not_supported',
    status: 400,
    message: 'There are no pull requests here. Commit to a branch of its own (create one first), or to main.',
    param: 'create_pr',
  })
}

async function filesAt(table: Table, { repo, branch }: { repo: RepoItem; branch: string }): Promise<RevisionFile[]> {
  const head = await getRef(table, { repoId: repo.id, kind: 'branch', name: branch })
  return head === undefined ? [] : Array.fromAsync(allFiles(table, repo.id, head.revision))
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
