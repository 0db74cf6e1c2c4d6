import { errors } from '../../../shared/errors.ts'
import { isNewRefName } from '../../../shared/model/new-ref-name.ts'
import { isRefName, isRevisionId } from '../../../shared/model/repo-id.ts'

/**
 * The branch in a route, with or without `refs/heads/`. Accepts names that could no longer be created. @throws AppError
 * `invalid_request`
 */
export function branchName(ref: string): string {
  const name = nameOf(ref)
  if (isRefName(name) && !isRevisionId(name) && !name.startsWith('refs/')) return name
  throw noBranch(ref)
}

/** The name for a new branch; `HEAD` is main. @throws AppError `invalid_request` */
export function newBranchName(ref: string): string {
  const name = nameOf(ref)
  if (isNewRefName(name)) return name
  throw noBranch(ref)
}

const nameOf = (ref: string): string => (ref === 'HEAD' ? 'main' : ref.replace(/^refs\/heads\//, ''))

const noBranch = (ref: string) =>
  errors.invalidRequest(
    `"${ref.slice(0, 200)}" cannot be a branch. Use letters, digits, "-", "_", "." and "/", at most 128 characters; no part begins with "." or ends in ".lock", and a commit's id, "HEAD" and "refs/…" are reserved.`,
    'branch',
  )
