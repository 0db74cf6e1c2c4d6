import { join, resolve, sep } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collidingPaths, pathFault } from '../../../shared/model/file-path.ts'
import { folderPath } from '../../../shared/objects/folder-path.ts'

/** Paths made of the parts that path attacks use. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '//',
        '\\',
        '\0',
        '%2e%2e',
        'C:',
        '~',
        ' ',
        '\n',
        '\u2025',
        '\uff0e\uff0e',
        '.git',
        'é',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
      fc.string({ maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''))

describe('a file path', () => {
  it('never leaves the folder it is joined to, and has a place in the store, if it is accepted', () => {
    fc.assert(
      fc.property(nasty, (path) => {
        fc.pre(pathFault(path) === undefined)
        for (const root of ['/data/model', '/'])
          expect(resolve(join(root, path)).startsWith(root === '/' ? '/' : root + sep)).toBe(true)
        expect(path.split('/').some((part) => part === '' || part === '.' || part === '..')).toBe(false)
        if (path.split('/').every((part) => Buffer.byteLength(part) <= 255))
          expect(folderPath('/data', `drop/a/b/v1/${path}`)).toBe(`/data/drop/a/b/v1/${path}`)
      }),
      { numRuns: 3000 },
    )
  })

  const [long, deep] = ['é'.repeat(450), 'a/'.repeat(31).concat('x')]
  it.each(['config.json', 'onnx/model.onnx', 'a b/c+d#e?f%20.txt', '日本/ü.txt', '.gitattributes', '...', long, deep])(
    'may be %j',
    (path) => expect(pathFault(path)).toBeUndefined(),
  )

  it.each([
    ['', 'empty'],
    ['/etc/passwd', 'absolute'],
    ['C:/x', 'drive letter'],
    ['..', 'leaves its folder'],
    ['a/../b', 'leaves its folder'],
    ['./a', 'leaves its folder'],
    ['a//b', 'empty folder name'],
    ['a/', 'empty folder name'],
    ['a\\..\\b', 'backslash'],
    ['a\0b', 'control character'],
    ['a\nb', 'control character'],
    ['a\u0085b', 'control character'],
    ['model\u202exnno.bin', 'invisible'],
    ['a\u200b.json', 'invisible'],
    ['\ufeffREADME.md', 'invisible'],
    ['a\u2028b', 'invisible'],
    ['u\u0308', 'not normalised'],
    ['\ud800', 'not normalised'],
    ['.git/config', '.git'],
    ['.GIT/config', '.git'],
    ['a/.git/hooks/post-checkout', '.git'],
    ['x'.repeat(901), 'longer than'],
    ['é'.repeat(451), 'longer than'],
    ['a\u007fb', 'control character'],
    ['a/'.repeat(40).concat('x'), 'deep'],
  ])('may not be %j', (path, reason) => {
    expect(pathFault(path)).toContain(reason)
  })
})

describe('paths', () => {
  it.each([
    [['a.txt', 'A.txt']],
    [['Sub/a', 'sub/A']],
    [['a', 'a/b']],
    [['a/b', 'a']],
    [['A', 'a/b/c']],
    [['straße', 'STRASSE']],
    [['İİİ/x', 'i\u0307i\u0307i\u0307']],
    [['x', 'y', 'x']],
  ])('collide: %j', (paths) => {
    const found = collidingPaths(paths)
    expect(found?.every((path) => paths.includes(path))).toBe(true)
  })

  it.each([[[]], [['a', 'b']], [['a/b', 'a.b', 'ab']], [['a', 'ab/c', 'abc']], [['sub/a', 'sub/b', 'sub2']]])(
    'do not collide: %j',
    (paths) => expect(collidingPaths(paths)).toBeUndefined(),
  )

  it('collide in any order', () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^[aAbB](\/[aAbB]){0,2}$/), { maxLength: 6 })
    fc.assert(
      fc.property(paths, (all) => {
        expect(collidingPaths(all) === undefined).toBe(collidingPaths(all.toReversed()) === undefined)
      }),
    )
  })
})
