import { AppError } from '../errors.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'

/** Errors about creating, renaming and writing repos, the same in every protocol. */
export const repoErrors = {
  exists: ({ name, url, id }: { name: string; url: string; id: string }) =>
    new AppError({
      code: 'repo_exists',
      status: 409,
      message: `There is already a repo "${name}": ${url}`,
      details: { url, id },
    }),
  deletedNameKept: (name: string) =>
    new AppError({
      code: 'repo_deleted',
      status: 409,
      message: `A deleted repo "${name}" can still be restored. Restore it, or choose another name.`,
    }),
  mirrorNotWritten: (repo: string, address: string) =>
    new AppError({
      code: 'repo_is_mirror',
      status: 403,
      message: `"${repo}" is a read-only mirror of ${address}. Push to a repo of your own.`,
    }),
  nameTaken: (name: string) =>
    new AppError({ code: 'repo_exists', status: 409, message: `The name "${name}" is taken. Choose another one.` }),
  tooMuchToMove: (name: string, limit: number) =>
    new AppError({
      code: 'too_large',
      status: 422,
      message: `"${name}" has more than ${limit} files in all its revisions, too many to move to another owner at once. Import it there instead.`,
    }),
}

/** Refuses a write by a repo's old name, which may soon mean another repo. @throws AppError `repo_renamed` */
export function requireCurrentName(repo: RepoItem, { asked, url }: { asked: string; url: string }): void {
  const id = fullName(repo)
  if (id.toLowerCase() === asked.toLowerCase()) return
  throw new AppError({
    code: 'repo_renamed',
    status: 409,
    message: `"${asked}" was renamed to "${id}". Use the new name, to be sure that it is the one you mean.`,
    details: { id, url },
  })
}
