import { AppError, errors } from '../errors.ts'
import { isMirror } from '../mirror/mirrored-repo.ts'
import { fullName, type RepoItem } from '../table/repo-item.ts'
import type { RefItem } from '../table/repos.ts'

type Named = Pick<RefItem, 'kind' | 'name' | 'revision'>

const mains: ReadonlySet<string> = new Set(['main', 'HEAD', 'refs/heads/main'])

/** A repo without main is empty, unless it is a mirror, of which only other commits were read. */
export const noRevision = (repo: RepoItem, ref: string): AppError =>
  mains.has(ref) && repo.revision === undefined && !isMirror(repo)
    ? errors.repoEmpty(fullName(repo))
    : errors.revisionNotFound(fullName(repo), ref)

/** Errors about refs, the same in every protocol. */
export const refErrors = {
  exists: (repo: string, { kind, name, revision }: Named) =>
    new AppError({
      code: 'ref_exists',
      status: 409,
      message: `"${repo}" already has the ${kind} "${name}", which names the revision ${revision}.`,
      details: { kind, name, revision },
    }),
  inTheWay: (repo: string, name: string, other: Named) =>
    new AppError({
      code: 'ref_conflict',
      status: 409,
      message: `"${repo}" cannot have "${name}" beside its ${other.kind} "${other.name}": branches, tags and aliases need different names, and none may be a folder of another. Choose another name, or delete that one.`,
      details: { kind: other.kind, name: other.name, revision: other.revision },
    }),
  notFound: (repo: string, kind: string, name: string) =>
    new AppError({
      code: 'revision_not_found',
      status: 404,
      message: `"${repo}" has no ${kind} "${name}". "npx slipway show ${repo}" lists what it has.`,
    }),
  moved: ({ kind, name, is, expected }: { kind: string; name: string; is: string; expected: string }) =>
    new AppError({
      code: 'precondition_failed',
      status: 412,
      message: `The ${kind} "${name}" is at ${is}, not at ${expected}: somebody moved it meanwhile. Read it again.`,
      details: { current: is },
    }),
  mainStays: (repo: string) =>
    new AppError({
      code: 'ref_protected',
      status: 409,
      message: `The branch main of "${repo}" cannot be deleted. Move it, or delete the repo.`,
    }),
  versionStays: (repo: string, name: string) =>
    new AppError({
      code: 'ref_protected',
      status: 409,
      message: `"${name}" is a version of "${repo}", and versions never move. Make another one, or use an alias.`,
    }),
  aliasProtected: (repo: string, name: string, owner: string) =>
    new AppError({
      code: 'forbidden',
      status: 403,
      message: `The alias "${name}" of "${repo}" is protected: only an admin of "${owner}" may move, delete or unprotect it.`,
    }),
}
