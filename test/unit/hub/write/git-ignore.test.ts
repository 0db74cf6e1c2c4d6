import { expect, it } from 'vitest'
import { compileGitIgnore } from '../../../../functions/hub/write/git-ignore.ts'
import { cpuMs } from '../../../support/cpu-time.ts'

it.each([
  ['*.log', ['a.log', 'deep/b.log'], ['a.log.txt']],
  ['/top.txt', ['top.txt'], ['deep/top.txt']],
  ['build/', ['build/x', 'deep/build/y/z'], ['build', 'rebuild/x']],
  ['docs/*.md', ['docs/a.md'], ['docs/b/a.md', 'x/docs/a.md']],
  ['**/cache', ['cache', 'a/b/cache', 'a/cache/file'], ['cached']],
  ['a/**/z', ['a/z', 'a/b/c/z'], ['z']],
  ['*.log\n!keep.log', ['a.log'], ['keep.log', 'deep/keep.log']],
  ['logs/\n!logs/keep.log', ['logs/keep.log'], []],
  ['# a comment\n\n\\#file', ['#file'], ['a comment']],
  ['trailing  \r\nnext', ['trailing', 'next'], []],
  ['[ab].txt\n?.md', ['a.txt', 'x.md'], ['c.txt', 'xy.md']],
  ['', [], ['anything']],
])('matches %j like git', (text, ignored, kept) => {
  const isIgnored = compileGitIgnore(text)
  for (const path of ignored) expect({ path, ignored: isIgnored(path) }).toEqual({ path, ignored: true })
  for (const path of kept) expect({ path, ignored: isIgnored(path) }).toEqual({ path, ignored: false })
})

it('refuses patterns and paths that would take too long', () => {
  expect(() => compileGitIgnore(`${'*a'.repeat(200)}b`)).toThrow(expect.objectContaining({ status: 400 }))
  expect(() => compileGitIgnore('a\n'.repeat(1001))).toThrow(expect.objectContaining({ status: 400 }))
  const isIgnored = compileGitIgnore(`${'*a'.repeat(5)}b\n`.repeat(1000))
  const judgeAll = () => {
    for (let at = 0; at < 256; at++) isIgnored(`${at}${'a'.repeat(890)}`)
  }
  expect(cpuMs(() => expect(judgeAll).toThrow(expect.objectContaining({ status: 400 })))).toBeLessThan(60_000)
})

it('judges 256 files in a hundred folders by a long .gitignore', () => {
  const isIgnored = compileGitIgnore(Array.from({ length: 200 }, (_, at) => `*.ext${at}\n/folder-${at}/`).join('\n'))
  const ignored = Array.from({ length: 256 }, (_, at) => `some/folder/deeper-${at % 100}/file-${at}.ext${at}`).filter(
    isIgnored,
  )
  expect(ignored).toHaveLength(200)
})
