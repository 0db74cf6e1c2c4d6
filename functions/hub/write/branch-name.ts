import { errors } from '../../../shared/errors.ts'
import { isRefName, isRevisionId } from '../../../shared/model/repo-id.ts'

/** The branch that a route names, also where it says that it is one. @throws AppError `invalid_request` */
export function branchName(ref: string): string {
  const name = ref === 'HEAD' ? 'main' : ref.replace(/^refs\/heads\//, '')
  if (isRefName(name) && !isRevisionId(name) && !name.startsWith('refs/')) return name
  throw errors.invalidRequest(
    `"${ref.slice(0, 200)}" cannot be a branch. Use letters, digits, "-", "_", "." and "/", at most 128 characters; a commit's id is none, nor is "refs/…".`,
    'branch',
  )
}
