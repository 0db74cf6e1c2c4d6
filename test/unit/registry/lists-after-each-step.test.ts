import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RepoHost, startRepoHost } from './support/repo-host.ts'

/** A simple model of the expected state. */
interface Known {
  name: string
  visibility: string
  tags: string[]
  isDeleted: boolean
}

const owners = ['lab', 'team', 'club']
const name = fc.tuple(fc.constantFrom(...owners), fc.constantFrom('a', 'A', 'b', 'c')).map((parts) => parts.join('/'))
const operation = fc.oneof(
  fc.record({ kind: fc.constant('create' as const), name, visibility: fc.constantFrom('private', 'public') }),
  fc.record({ kind: fc.constant('rename' as const), name, to: name }),
  fc.record({ kind: fc.constant('delete' as const), name }),
  fc.record({ kind: fc.constant('undelete' as const), name }),
  fc.record({ kind: fc.constant('visibility' as const), name, visibility: fc.constantFrom('private', 'public') }),
  fc.record({
    kind: fc.constant('tags' as const),
    name,
    tags: fc.uniqueArray(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
  }),
)
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

async function runAll(fresh: RepoHost, operations: readonly Operation[]) {
  const known: Known[] = []
  const redirects = new Map<string, Known>()
  const claimed = (wanted: string) => known.find((repo) => repo.name.toLowerCase() === wanted.toLowerCase())
  const active = (wanted: string) => {
    const repo = claimed(wanted) ?? redirects.get(wanted.toLowerCase())
    return repo === undefined || repo.isDeleted ? undefined : repo
  }
  for (const step of operations) {
    fresh.clock.ms += 1000
    const answer = await perform(fresh, step)
    const isCurrent = claimed(step.name)?.isDeleted === false
    if (step.kind === 'create') {
      expect(answer.status).toBe(claimed(step.name) === undefined ? 201 : 409)
      if (answer.status === 201) {
        redirects.delete(step.name.toLowerCase())
        known.push({ name: step.name, visibility: step.visibility, tags: [], isDeleted: false })
      }
    } else if (step.kind === 'rename') {
      const repo = claimed(step.name)
      const other = claimed(step.to)
      const isFree = other === undefined || other === repo
      expect(answer.status).toBe(isCurrent ? (isFree ? 200 : 409) : active(step.name) === undefined ? 404 : 409)
      if (answer.status === 200 && repo !== undefined) {
        if (repo.name.toLowerCase() !== step.to.toLowerCase()) redirects.set(repo.name.toLowerCase(), repo)
        redirects.delete(step.to.toLowerCase())
        repo.name = step.to
      }
    } else if (step.kind === 'delete') {
      expect(answer.status).toBe(isCurrent ? 200 : active(step.name) === undefined ? 404 : 409)
      const repo = claimed(step.name)
      if (answer.status === 200 && repo !== undefined) repo.isDeleted = true
    } else if (step.kind === 'undelete') {
      const repo = claimed(step.name)
      expect(answer.status).toBe(repo !== undefined ? 200 : redirects.has(step.name.toLowerCase()) ? 409 : 404)
      if (repo !== undefined) repo.isDeleted = false
    } else {
      const repo = active(step.name)
      expect(answer.status).toBe(repo === undefined ? 404 : 200)
      if (repo !== undefined && step.kind === 'tags') repo.tags = step.tags
      if (repo !== undefined && step.kind === 'visibility') repo.visibility = step.visibility
    }
    await expectLists(fresh, known)
  }
}

const perform = (fresh: RepoHost, step: Operation) => {
  const as = 'root'
  if (step.kind === 'create') return fresh.make(step.name, { visibility: step.visibility })
  if (step.kind === 'rename') return fresh.ask('POST', `/${step.name}/rename`, { as, json: { to: step.to } })
  if (step.kind === 'delete') return fresh.ask('DELETE', `/${step.name}`, { as })
  if (step.kind === 'undelete') return fresh.ask('POST', `/${step.name}/undelete`, { as })
  const { visibility, tags } = { visibility: undefined, tags: undefined, ...step }
  return fresh.ask('PATCH', `/${step.name}`, { as, json: { visibility, tags } })
}

async function expectLists(fresh: RepoHost, known: readonly Known[]) {
  const listed = async (query: string, as: string) => (await fresh.all(query, as)).map(({ id }) => id).toSorted()
  const those = (filter: (repo: Known) => boolean) =>
    known
      .filter(filter)
      .map(({ name }) => name)
      .toSorted()
  const active = (repo: Known) => !repo.isDeleted
  expect(await listed('', 'root')).toEqual(those(active))
  expect(await listed('?sort=updated', 'eve')).toEqual(those((repo) => active(repo) && repo.visibility === 'public'))
  expect(await listed('?owner=lab&sort=size', 'ada')).toEqual(
    those((repo) => active(repo) && repo.name.startsWith('lab/')),
  )
  expect(await listed('?tag=x', 'root')).toEqual(those((repo) => active(repo) && repo.tags.includes('x')))
  expect(await listed('?status=deleted', 'root')).toEqual(those((repo) => repo.isDeleted))
}

describe('any sequence of changes to repos', () => {
  it('is reflected exactly in the lists after each step', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 14 }), async (operations) => {
        const fresh = await startRepoHost()
        try {
          await runAll(fresh, operations)
        } finally {
          await fresh.close()
        }
      }),
      { numRuns: 12 },
    )
  })
})
