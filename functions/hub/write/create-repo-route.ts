import * as z from 'zod'
import { ensureOwner } from '../../../shared/auth/ensure-owner.ts'
import { principalOf } from '../../../shared/auth/middleware.ts'
import { AppError } from '../../../shared/errors.ts'
import { readJson } from '../../../shared/http/json-body.ts'
import { createRepo } from '../../../shared/repos/create-repo.ts'
import { fullName, newRepo, splitName } from '../../../shared/table/repo-item.ts'
import { roundStands } from '../../../shared/table/sweeps.ts'
import { ConditionFailed } from '../../../shared/table/table.ts'
import { originOf } from '../link-header.ts'
import type { HubApp, HubParts } from '../parts.ts'
import { applyOperations } from './apply-operations.ts'
import { storeFiles } from './commit-files.ts'
import { type CommitOperation, commitValues } from './commit-operations.ts'
import { urlOf } from './commit-route.ts'
import { fromBase64 } from './from-base64.ts'
import { keepContent } from './keep-content.ts'
import { notifyIngest } from './notify-ingest.ts'
import { kindOf, nameOf, repoName, repoVisibility, visibilityOf } from './repo-body.ts'

const filesMax = 100
const triesMax = 5

const creation = z.object({
  ...repoName,
  ...repoVisibility,
  license: z
    .string()
    .regex(/^[\w.-]{1,100}$/, 'is no name of a license')
    .nullish(),
  files: z.array(commitValues.file).max(filesMax).nullish(),
})

/** W1: creates a repo, whose first commit holds the files that the client sent along. */
export function addCreateRepoRoute(app: HubApp, parts: HubParts) {
  app.post('/api/repos/create', async (context) => {
    const principal = principalOf(context)
    const { table, limits, now, publicUrl } = parts
    const body = await readJson(context, creation)
    const [kind, name] = [kindOf(body.type), nameOf(body, principal)]
    const visibility = visibilityOf(body)
    // Stores nothing for a caller who may not write there.
    const owner = await ensureOwner({ table, principal, owner: splitName(name).owner, now: now() })
    const spelled = `${owner.name}/${splitName(name).name}`
    const draft = newRepo({ kind, fullName: spelled, createdBy: principal.userId, now: now() })
    const operations = firstOperations(body)
    const store = () => storeFiles(operations, { repo: draft, principal, before: [] }, parts)
    const origin = originOf(context.req.url, publicUrl)
    const repo = await unlessCollected(async () => {
      const { changes, round } = await keepContent({ repoId: draft.id, store }, parts)
      const { files } = applyOperations([], changes)
      return createRepo({
        table,
        principal,
        kind,
        name,
        visibility,
        id: draft.id,
        files,
        writes: [roundStands(round)],
        reposMax: limits.reposMax,
        now: now(),
        urlOf: (existing) => urlOf(existing, origin),
      }).catch(sayGone)
    })
    const { id: repoId, revision } = repo
    await notifyIngest(context, parts, { step: 'inspect-revision', repoId, revision, attempt: 1 })
    return context.json({ url: urlOf(repo, origin), name: fullName(repo), id: fullName(repo) })
  })
}

/** Clients with `exist_ok` take any 409 for an existing repo, and read its address from the answer. */
function sayGone(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'repo_deleted') throw error
  throw new AppError({ code: error.code, status: 410, message: error.message })
}

/** Stores the content again if a collection may have removed it. */
async function unlessCollected<Result>(create: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await create()
    } catch (error) {
      if (!(error instanceof ConditionFailed) || tries === triesMax) throw error
    }
  }
}

function firstOperations({ license, files }: z.output<typeof creation>): CommitOperation[] {
  const given = (files ?? []).map(({ path, content, encoding }) => ({
    kind: 'file' as const,
    path,
    content: encoding === 'base64' ? fromBase64(content, path) : Buffer.from(content),
  }))
  if (license == null || given.some(({ path }) => path === 'README.md')) return given
  return [...given, { kind: 'file', path: 'README.md', content: Buffer.from(`---\nlicense: ${license}\n---\n`) }]
}
