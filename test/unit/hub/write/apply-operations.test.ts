import { describe, expect, it } from 'vitest'
import { applyOperations, type FileChange } from '../../../../functions/hub/write/apply-operations.ts'

const file = (path: string, content = path) => ({ path, sizeBytes: 1, sha256: content, gitSha1: content })
const put = (path: string, content?: string): FileChange => ({ kind: 'put', file: file(path, content) })
const gone = (path: string): FileChange => ({ kind: 'deletedFile', path })
const emptied = (path: string): FileChange => ({ kind: 'deletedFolder', path })
const before = ['README.md', 'a/1', 'a/b/2', 'ab', 'c/3'].map((path) => file(path))
const pathsAfter = (...changes: FileChange[]) => applyOperations(before, changes).files.map(({ path }) => path)

describe('the files after a commit', () => {
  it('are the ones before it, with what is put and without what is deleted, by path', () => {
    expect(pathsAfter(put('Z'), gone('ab'), put('a/0'))).toEqual(['README.md', 'Z', 'a/0', 'a/1', 'a/b/2', 'c/3'])
  })

  it('lack a folder whole, and nothing that only begins like it', () => {
    expect(pathsAfter(emptied('a'))).toEqual(['README.md', 'ab', 'c/3'])
    expect(pathsAfter(emptied('a/b'))).toEqual(['README.md', 'a/1', 'ab', 'c/3'])
  })

  it('are made in the order of the lines: a folder is emptied and filled again', () => {
    expect(pathsAfter(emptied('a'), put('a/new'))).toEqual(['README.md', 'a/new', 'ab', 'c/3'])
    expect(applyOperations(before, [put('ab', 'x'), put('ab', 'y')]).files.find(({ path }) => path === 'ab')).toEqual(
      file('ab', 'y'),
    )
  })

  it('may have a file in the place of a folder that goes', () => {
    expect(pathsAfter(emptied('a'), put('a'))).toEqual(['README.md', 'a', 'ab', 'c/3'])
  })

  it.each([[gone('nothing')], [gone('a')], [emptied('nothing')], [emptied('ab')], [emptied('A')]])(
    'are not made where there is nothing to delete: %j',
    (change) => {
      expect(() => applyOperations(before, [change])).toThrow(
        expect.objectContaining({ status: 404, code: 'entry_not_found' }),
      )
    },
  )

  it.each(['readme.MD', 'ab/x', 'a', 'C/3', 'A/1'])('never collide: %s', (path) => {
    expect(() => applyOperations(before, [put(path)])).toThrow(expect.objectContaining({ status: 400 }))
  })

  it('are said to be the same where a commit changes nothing', () => {
    expect(applyOperations(before, [put('ab')]).changed).toBe(false)
    expect(applyOperations(before, []).changed).toBe(false)
    expect(applyOperations(before, [put('ab', 'other')]).changed).toBe(true)
    expect(applyOperations(before, [gone('ab')]).changed).toBe(true)
    const asLfs: FileChange = { kind: 'put', file: { path: 'ab', sizeBytes: 1, sha256: 'ab' } }
    expect(applyOperations(before, [asLfs]).changed).toBe(true)
  })
})
