import { describe, expect, it } from 'vitest'
import { branchName, newBranchName } from '../../../../functions/hub/write/branch-name.ts'

describe('a new branch', () => {
  it.each([
    'refs/heads/HEAD',
    'head',
    'refs',
    'a/.b',
    '.a',
    'x.lock',
    'x.lock/y',
    'A'.repeat(40),
    '0'.repeat(40),
    'refs/tags/v1',
  ])('cannot be named %j', (name) => {
    expect(() => newBranchName(name)).toThrow(/cannot be a branch/)
  })

  it.each([
    ['HEAD', 'main'],
    ['dev/x', 'dev/x'],
    ['refs/heads/dev', 'dev'],
    ['v1.0', 'v1.0'],
  ])('named %j is called %j', (asked, name) => {
    expect(newBranchName(asked)).toBe(name)
  })
})

describe('a branch from before these rules', () => {
  it.each(['head', 'a/.b', 'A'.repeat(40)])('can still be addressed as %j', (name) => {
    expect(branchName(name)).toBe(name)
    expect(branchName(`refs/heads/${name}`)).toBe(name)
  })

  it('named HEAD is addressed in full', () => {
    expect(branchName('refs/heads/HEAD')).toBe('HEAD')
    expect(branchName('HEAD')).toBe('main')
  })
})
