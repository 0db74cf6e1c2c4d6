import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import { principalOf } from '../../../shared/auth/middleware.ts'
import type { Principal } from '../../../shared/auth/principal.ts'
import { AppError } from '../../../shared/errors.ts'
import type { HttpEnvironment } from '../../../shared/http/context.ts'
import { createKeyedMutex } from '../../../shared/keyed-mutex.ts'
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
import { createByteBudget } from './byte-budget.ts'
import { storeFiles } from './commit-files.ts'
import { notifyIngest } from './notify-ingest.ts'
import { publishCommit } from './publish-commit.ts'
import { readCommit } from './read-commit.ts'

/** W8: changes the files of a branch, all or none. */
export function addCommitRoute(app: HubApp, parts: HubParts) {
  const mutex = createKeyedMutex()
  const budget = createByteBudget({ maxBytes: commitsMaxBytes, onExceeded: commitsBusy })

  async function commitTo({ repo, branch, principal }: CommitTarget, body: AsyncIterable<Uint8Array>) {
    const { header, operations } = await readCommit(body)
    const before = await filesAt(parts.table, { repo, branch })
    const store = () => storeFiles(operations, { repo, principal, before }, parts)
    const request = {
      repo,
      branch,
      parentCommit: header.parentCommit ?? undefined,
      title: header.summary,
      message: header.description ?? '',
      by: principal.username,
      nonce: randomUUID(),
      store,
      mutex,
    }
    return publishCommit(request, parts)
  }

  for (const { kind, api } of repoKinds)
    app.post(`${api}/:owner/:name/commit/:ref{.+}`, async (context) => {
      const { table, publicUrl } = parts
      const repo = await findRepo(context, { table, kind, access: 'write' })
      const principal = principalOf(context)
      refusePullRequest(context)
      const branch = branchName(parseRef(rawRest(context.req.url, 5)))
      const share = budget.open()
      const { head, isNew } = await commitTo(
        { repo, branch, principal },
        share.counted(context.req.raw.body ?? noBytes()),
      ).finally(() => share.release())
      if (isNew)
        await notifyIngest(context, parts, { step: 'inspect-revision', repoId: repo.id, revision: head, attempt: 1 })
      const commitUrl = `${urlOf(repo, originOf(context.req.url, publicUrl))}/commit/${head}`
      return context.json({ success: true, commitOid: head, commitUrl, hookOutput: '' })
    })
}

interface CommitTarget {
  repo: RepoItem
  branch: string
  principal: Principal
}

/** The memory for the bodies of concurrent commits; a single one is much smaller. */
const commitsMaxBytes = 128 * 1024 ** 2

const commitsBusy = () =>
  new AppError({
    code: 'overloaded',
    status: 429,
    message: 'Too much is being committed at once. Send the commit again in a few seconds, or its files by LFS.',
    retryable: true,
    retryAfterSeconds: 5,
  })

/** The web address of a repo. */
export const urlOf = (repo: RepoItem, origin: string): string =>
  `${origin}${routesOf(repo.kind).files}/${fullName(repo)}`

/** @throws AppError, because changes are pushed to a branch, not proposed. */
export function refusePullRequest(context: Context<HttpEnvironment>) {
  if (!isTrue(context, 'create_pr')) return
  throw new AppError({
    code: 'not_supported',
    status: 400,
    message: 'There are no pull requests here. Commit to a new branch (create it first), or to main.',
    param: 'create_pr',
  })
}

async function filesAt(table: Table, { repo, branch }: { repo: RepoItem; branch: string }): Promise<RevisionFile[]> {
  const head = await getRef(table, { repoId: repo.id, kind: 'branch', name: branch })
  return head === undefined ? [] : Array.fromAsync(allFiles(table, repo.id, head.revision))
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
