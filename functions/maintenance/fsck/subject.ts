import { checkBlob } from './check-blob.ts'
import { checkEntry } from './check-entry.ts'
import { checkName } from './check-name.ts'
import { checkOwner } from './check-owner.ts'
import { checkRepo } from './check-repo.ts'
import { checkRevision } from './check-revision.ts'
import type { CheckParts, Discrepancy } from './discrepancy.ts'

/**
 * A unit of the check. Lower ranks are repaired first: a repo's revisions before what names them, and an owner's
 * content before its counts.
 */
export type Subject =
  | { what: 'revision'; repoId: string; revision: string }
  | { what: 'repo'; repoId: string }
  | { what: 'name'; pk: string }
  | { what: 'entry'; pk: string; sk: string }
  | { what: 'owner'; name: string }
  | { what: 'blob'; sha256: string }

const ranks: Record<Subject['what'], number> = { blob: 0, revision: 1, repo: 2, name: 3, entry: 4, owner: 5 }

/** Sorts suspects in the order of repair. */
export const textOf = (subject: Subject): string => `${ranks[subject.what]}#${JSON.stringify(subject)}`
export const subjectOf = (text: string): Subject => JSON.parse(text.slice(text.indexOf('#') + 1)) as Subject

export function check(subject: Subject, parts: CheckParts): Promise<Discrepancy[]> {
  switch (subject.what) {
    case 'revision':
      return checkRevision(subject, parts)
    case 'repo':
      return checkRepo(subject, parts)
    case 'name':
      return checkName(subject, parts)
    case 'entry':
      return checkEntry(subject, parts)
    case 'owner':
      return checkOwner(subject, parts)
    case 'blob':
      return checkBlob(subject, parts)
  }
}
