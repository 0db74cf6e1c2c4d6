import { expect, it } from 'vitest'
import { compileGitIgnore } from '../../../../functions/hub/write/git-ignore.ts'

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
])('reads %j as git does', (text, ignored, kept) => {
  const isIgnored = compileGitIgnore(text)
  for (const path of ignored) expect({ path, ignored: isIgnored(path) }).toEqual({ path, ignored: true })
  for (const path of kept) expect({ path, ignored: isIgnored(path) }).toEqual({ path, ignored: false })
})

it('answers in a moment, whatever the pattern is', () => {
  const isIgnored = compileGitIgnore(`${'*a'.repeat(200)}b\n`.repeat(50))
  const started = performance.now()
  isIgnored('a'.repeat(900))
  expect(performance.now() - started).toBeLessThan(2000)
})
