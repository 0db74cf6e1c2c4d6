import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyOperations, type FileChange } from '../../../../functions/hub/write/apply-operations.ts'
import { cpuMs } from '../../../support/cpu-time.ts'

const file = (path: string, content = path) => ({ path, sizeBytes: 1, sha256: content, gitSha1: content })
const put = (path: string, content?: string): FileChange => ({ kind: 'put', file: file(path, content) })
const gone = (path: string): FileChange => ({ kind: 'deletedFile', path })
const emptied = (path: string): FileChange => ({ kind: 'deletedFolder', path })
const before = ['README.md', 'a/1', 'a/b/2', 'ab', 'c/3'].map((path) => file(path))
const pathsAfter = (...changes: FileChange[]) => applyOperations(before, changes).files.map(({ path }) => path)

describe('the files after a commit', () => {
  it('are the previous ones with the additions and without the deletions, ordered by path', () => {
    expect(pathsAfter(put('Z'), gone('ab'), put('a/0'))).toEqual(['README.md', 'Z', 'a/0', 'a/1', 'a/b/2', 'c/3'])
  })

  it('lose a deleted folder completely, and nothing that only shares its prefix', () => {
    expect(pathsAfter(emptied('a'))).toEqual(['README.md', 'ab', 'c/3'])
    expect(pathsAfter(emptied('a/b'))).toEqual(['README.md', 'a/1', 'ab', 'c/3'])
  })

  it('follow the order of the operations, such as a folder deleted and filled again', () => {
    expect(pathsAfter(emptied('a'), put('a/new'))).toEqual(['README.md', 'a/new', 'ab', 'c/3'])
    expect(applyOperations(before, [put('ab', 'x'), put('ab', 'y')]).files.find(({ path }) => path === 'ab')).toEqual(
      file('ab', 'y'),
    )
  })

  it('are the result of any operations in order', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'))
    const line = fc.tuple(fc.constantFrom('put', 'deletedFile', 'deletedFolder'), path)
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const wanted = new Set<string>()
        const changes: FileChange[] = []
        for (const [kind, at] of lines) {
          const inside = kind === 'deletedFolder' ? [...wanted].filter((one) => one.startsWith(`${at}/`)) : [at]
          if (kind === 'put') changes.push(put(`${at}/file`))
          else if (inside.some((one) => wanted.has(one))) changes.push({ kind, path: at } as FileChange)
          else continue
          if (kind === 'put') wanted.add(`${at}/file`)
          else for (const one of inside) wanted.delete(one)
        }
        expect(applyOperations([], changes).files.map((one) => one.path)).toEqual([...wanted].toSorted())
      }),
    )
  })

  it('are computed in linear time for ten thousand deleted folders', () => {
    const folders = Array.from({ length: 10_000 }, (_, at) => `data/part-${at}`)
    const many = folders.flatMap((folder) => [0, 1, 2, 3].map((at) => file(`${folder}/file-${at}.txt`)))
    const usedMs = cpuMs(() => expect(applyOperations(many, folders.map(emptied)).files).toEqual([]))
    expect(usedMs).toBeLessThan(4000)
  })

  it('may include a file with the name of a deleted folder', () => {
    expect(pathsAfter(emptied('a'), put('a'))).toEqual(['README.md', 'a', 'ab', 'c/3'])
  })

  it.each([[gone('nothing')], [gone('a')], [emptied('nothing')], [emptied('ab')], [emptied('A')]])(
    'do not change if there is nothing to delete: %j',
    (change) => {
      expect(() => applyOperations(before, [change])).toThrow(
        expect.objectContaining({ status: 404, code: 'entry_not_found' }),
      )
    },
  )

  it.each(['readme.MD', 'ab/x', 'a', 'C/3', 'A/1'])('never collide: %s', (path) => {
    expect(() => applyOperations(before, [put(path)])).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('are unchanged if a commit changes nothing', () => {
    expect(applyOperations(before, [put('ab')]).changed).toBe(false)
    expect(applyOperations(before, []).changed).toBe(false)
    expect(applyOperations(before, [put('ab', 'other')]).changed).toBe(true)
    expect(applyOperations(before, [gone('ab')]).changed).toBe(true)
    const asLfs: FileChange = { kind: 'put', file: { path: 'ab', sizeBytes: 1, sha256: 'ab' } }
    expect(applyOperations(before, [asLfs]).changed).toBe(true)
  })
})
