import type { RefItem } from '../../shared/table/repos.ts'

export type RefOfRevision = Pick<RefItem, 'kind' | 'name' | 'revision'>

/**
 * Every name the hub accepts for a ref of one of the revisions. The refs are in lookup order, so of two with one name
 * the first wins, whatever it points to.
 */
export function namesOfRevisions({ refs, revisions }: NamesOfRevisions): Map<string, string> {
  const names = new Map<string, string>()
  for (const { kind, name, revision } of refs)
    for (const one of namesOf(kind, name)) if (!names.has(one)) names.set(one, revision)
  for (const [name, revision] of names) if (!revisions.has(revision)) names.delete(name)
  return names
}

interface NamesOfRevisions {
  refs: readonly RefOfRevision[]
  revisions: ReadonlySet<string>
}

function namesOf(kind: RefOfRevision['kind'], name: string): string[] {
  if (kind === 'branch') return [name, `refs/heads/${name}`, ...(name === 'main' ? ['HEAD'] : [])]
  return kind === 'tag' ? [name, `refs/tags/${name}`] : [name]
}
