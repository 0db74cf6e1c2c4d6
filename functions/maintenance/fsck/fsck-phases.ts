import type { MaintenanceOptions } from '../../../shared/contract/maintenance.ts'
import { inParallel } from '../../../shared/in-parallel.ts'
import type { Phase, Step } from '../jobs/phase.ts'
import { type AnyItem, scanSome } from '../read-pages.ts'
import type { Subject } from './subject.ts'
import { confirm, settle, suspect } from './suspects.ts'

const concurrency = 8

/** Visits manifests, because items that the registry lost lead nowhere. */
const manifests: Phase = {
  name: 'manifests',
  run: (step) =>
    objectsUnder(
      step,
      'manifests/',
      ([, repoId = '', file = '']): Subject =>
        file === 'repo.json'
          ? { what: 'repo', repoId }
          : { what: 'revision', repoId, revision: file.replace(/\.json$/, '') },
    ),
}

/** Visits items that must agree with others. */
const items: Phase = {
  name: 'items',
  run(step) {
    let last = ''
    return scanSome(step, async (page) => {
      const subjects: Subject[] = []
      for (const item of page) {
        const subject = subjectOf(item)
        const text = JSON.stringify(subject)
        if (subject !== undefined && text !== last) subjects.push(subject)
        if (subject !== undefined) last = text
      }
      await inParallel(subjects, concurrency, (subject) => suspect(step, 'a', subject))
    })
  },
}

function subjectOf({ pk, sk }: AnyItem): Subject | undefined {
  const [kind, repoId = '', revision = ''] = pk.split('#')
  if (kind === 'FILES') return { what: 'revision', repoId, revision }
  if (kind === 'NAME') return { what: 'name', pk }
  if (kind === 'LIST') return { what: 'entry', pk, sk }
  if (kind !== 'REPO') return undefined
  return sk.startsWith('REVISION#')
    ? { what: 'revision', repoId, revision: sk.slice('REVISION#'.length) }
    : { what: 'repo', repoId }
}

/** Visits owners after their repos are repaired. */
const owners: Phase = {
  name: 'owners',
  run(step) {
    const known = new Set<string>()
    return scanSome(step, async (page) => {
      for (const { pk, sk, owner } of page) {
        const isUsage = pk.startsWith('USAGE#') && sk === 'USAGE'
        const name = isUsage ? pk.slice('USAGE#'.length) : sk === 'REPO' ? String(owner).toLowerCase() : undefined
        if (name === undefined || known.has(name)) continue
        known.add(name)
        await suspect(step, 'b', { what: 'owner', name })
      }
    })
  },
}

/** Reads and hashes every blob. */
const blobs: Phase = {
  name: 'blobs',
  run: (step) =>
    objectsUnder(step, 'blobs/sha256/', ([, , , sha256 = '']): Subject | undefined =>
      /^[0-9a-f]{64}$/.test(sha256) ? { what: 'blob', sha256 } : undefined,
    ),
}

const objectsAtOnce = 200

async function objectsUnder(step: Step, prefix: string, subjectOf: (key: string[]) => Subject | undefined) {
  const cursor = step.cursor as string | undefined
  const page = await step.parts.objects.list({ prefix, cursor, limit: objectsAtOnce })
  const subjects = page.objects.flatMap(({ key }) => subjectOf(key.split('/')) ?? [])
  await inParallel(subjects, concurrency, (subject) => suspect(step, 'a', subject))
  return page.cursor === undefined ? undefined : { cursor: page.cursor }
}

/** Compares the table, the objects and the manifests; `shared/contract/maintenance.ts` documents the options. */
export const fsckPhases = ({ deep = false }: MaintenanceOptions): Phase[] => [
  manifests,
  items,
  ...(deep ? [blobs] : []),
  settle('a'),
  confirm('a'),
  owners,
  settle('b'),
  confirm('b'),
]
