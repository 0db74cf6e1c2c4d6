import { mayAccess } from '../../shared/auth/authorize.ts'
import type { Principal } from '../../shared/auth/principal.ts'
import { AppError, errors } from '../../shared/errors.ts'
import { isActiveImport } from '../../shared/model/import-state.ts'
import { parseSource } from '../../shared/model/source.ts'
import { formatTarget, type Target } from '../../shared/model/target.ts'
import { type ImportItem, listImports } from '../../shared/table/imports.ts'
import { splitName } from '../../shared/table/repo-item.ts'
import type { Table } from '../../shared/table/table.ts'

/** A running import is among its owner's newest, unless many more were started since. */
const lookedAt = 50

/**
 * For something missing: replaces the error by `import_under_way` where a visible import is bringing it. @throws
 * AppError
 */
export const unlessUnderWay =
  (table: Table, { principal, target }: { principal: Principal; target: Target }) =>
  async (error: unknown): Promise<never> => {
    if (!(error instanceof AppError) || !missing.has(error.code)) throw error
    const { owner } = splitName(target.repo)
    const { items } = await listImports(table, { owner, limit: lookedAt })
    const underWay = items.find((item) => {
      const resource = { owner, visibility: item.mirror?.visibility }
      return brings(item, target, error.code) && mayAccess(principal, 'read', resource)
    })
    if (underWay === undefined) throw error
    throw errors.importUnderWay({ target: formatTarget(target), pulledBy: pullOf(underWay) })
  }

const missing: ReadonlySet<string> = new Set(['repo_not_found', 'revision_not_found', 'repo_empty'])

/** For an existing repo, an import of another ref does not help. */
function brings({ state, repo, source, tag }: ImportItem, target: Target, code: string): boolean {
  if (!isActiveImport(state) || repo.toLowerCase() !== target.repo.toLowerCase()) return false
  return code === 'repo_not_found' || tag === target.ref || source.endsWith(`@${target.ref}`)
}

/** The command that waits for it. */
const pullOf = ({ source, repo }: ImportItem): string =>
  `npx slipway pull ${source}${parseSource(source).repo === repo ? '' : ` --repo ${repo}`}`
