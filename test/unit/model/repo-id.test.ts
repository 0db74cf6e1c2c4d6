import { describe, expect, it } from 'vitest'
import {
  isDeploymentName,
  isRefName,
  isRepoId,
  isRevisionId,
  parseRefName,
  parseRepoId,
} from '../../../shared/model/repo-id.ts'

describe('a repo id', () => {
  it.each([
    'acme/model',
    'a/b',
    'sentence-transformers/all-MiniLM-L6-v2',
    'Org.Name/model_1.0',
    'acme/_private_',
    '0/0',
    `acme/${'x'.repeat(96)}`,
  ])('may be %j', (id) => {
    expect(isRepoId(id)).toBe(true)
    expect(parseRepoId(id)).toBe(id)
  })

  it.each([
    '',
    'model',
    'a/b/c',
    '/model',
    'acme/',
    'acme//model',
    '../model',
    'acme/..',
    'acme/.',
    'acme/a..b',
    'acme/a--b',
    'acme/-a',
    'acme/a-',
    'acme/.a',
    'acme/a.',
    'acme/model.git',
    'acme/mo del',
    'acme/mödel',
    'acme/model\n',
    'acme/model@main',
    'acme/a%2Fb',
    'acme\\model',
    'acme/mod\0el',
    `acme/${'x'.repeat(97)}`,
  ])('may not be %j', (id) => {
    expect(isRepoId(id)).toBe(false)
    expect(() => parseRepoId(id)).toThrow(/is not a repo name/)
  })
})

describe('a ref', () => {
  it.each(['main', 'v1', 'v1.0.0', 'refs/pr/1', 'feature/x_y-z', '2026-11-20', 'a', 'x'.repeat(128)])(
    'may be %j',
    (name) => {
      expect(isRefName(name)).toBe(true)
      expect(parseRefName(name)).toBe(name)
    },
  )

  it.each([
    '',
    '.',
    '..',
    'a..b',
    '/a',
    'a/',
    'a//b',
    '-a',
    '.a',
    'a.lock',
    'a.lock/b',
    'a b',
    'a\n',
    'a@b',
    'a#b',
    'ü',
    'x'.repeat(129),
  ])('may not be %j', (name) => {
    expect(isRefName(name)).toBe(false)
    expect(() => parseRefName(name)).toThrow(/is not a ref name/)
  })
})

it('recognises revision ids and deployment names', () => {
  expect(isRevisionId('0123456789abcdef0123456789abcdef01234567')).toBe(true)
  for (const id of ['0123', '0123456789ABCDEF0123456789abcdef01234567', `${'a'.repeat(40)}\n`, 'main'])
    expect(isRevisionId(id)).toBe(false)
  for (const name of ['iris', 'team-minilm-v2', 'a', 'x'.repeat(63)]) expect(isDeploymentName(name)).toBe(true)
  for (const name of ['', '-a', 'a-', 'A', 'a.b', 'a/b', 'x'.repeat(64), 'a\n'])
    expect(isDeploymentName(name)).toBe(false)
})
