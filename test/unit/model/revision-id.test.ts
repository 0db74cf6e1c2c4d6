import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dropFingerprint } from '../../../shared/model/drop-fingerprint.ts'
import { isRevisionId } from '../../../shared/model/repo-id.ts'
import { type RevisionFile, revisionId } from '../../../shared/model/revision-id.ts'

const a = { path: 'a.txt', sizeBytes: 1, sha256: 'a'.repeat(64) }
const b = { path: 'b/c.txt', sizeBytes: 2, sha256: 'b'.repeat(64) }
const idOf = (files: RevisionFile[], origin = 'hf://acme/model@1') => revisionId({ origin, files })

it('a revision id stays the same across releases, because ids are stored', () => {
  expect(idOf([a, b])).toBe('8ef18fd8647e7c5b71ea1a2a4f609b7e4c4a674d')
})

it('a revision id does not depend on the order of the files or on further facts about them', () => {
  const file = fc.record({ path: fc.string({ minLength: 1 }), sizeBytes: fc.nat(), sha256: fc.constant(a.sha256) })
  const files = fc.uniqueArray(file, { selector: ({ path }) => path, maxLength: 8 })
  fc.assert(
    fc.property(files, (all) => {
      expect(isRevisionId(idOf(all))).toBe(true)
      expect(idOf(all.toReversed())).toBe(idOf(all))
      expect(idOf(all.map((one) => ({ ...one, gitSha1: 'c'.repeat(40) })))).toBe(idOf(all))
    }),
  )
})

it('a revision id depends on all of the content and the origin', () => {
  const ids = [
    idOf([a, b]),
    idOf([a]),
    idOf([b]),
    idOf([]),
    idOf([a, b], 'hf://acme/model@2'),
    idOf([a, b], 'files'),
    idOf([{ ...a, path: 'A.txt' }, b]),
    idOf([{ ...a, sizeBytes: 3 }, b]),
    idOf([{ ...a, sha256: 'c'.repeat(64) }, b]),
    idOf([
      { ...a, sha256: b.sha256 },
      { ...b, sha256: a.sha256 },
    ]),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})

it('the fingerprint of a drop depends on every change, but not on the order of the list', () => {
  const one = { key: 'drop/a/b/v1/x', sizeBytes: 1, etag: '"1"', modifiedAt: new Date(1) }
  const two = { key: 'drop/a/b/v1/y', sizeBytes: 1, etag: '"1"', modifiedAt: new Date(1) }
  const base = dropFingerprint([one, two])
  expect(dropFingerprint([two, one])).toBe(base)
  const others = [
    [one],
    [one, { ...two, key: 'drop/a/b/v1/z' }],
    [one, { ...two, sizeBytes: 2 }],
    [one, { ...two, etag: '"2"' }],
    [one, { ...two, modifiedAt: new Date(2) }],
    [],
  ].map(dropFingerprint)
  expect(new Set([base, ...others]).size).toBe(others.length + 1)
})
