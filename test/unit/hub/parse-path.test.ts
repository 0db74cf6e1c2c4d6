import { describe, expect, it } from 'vitest'
import { isHubPath } from '../../../functions/hub/app.ts'
import { ownerlessRepo, rawRest, refPaths } from '../../../functions/hub/parse-path.ts'

const host = 'http://127.0.0.1:8000'

describe('the rest of a path', () => {
  it.each([
    ['/a/b/resolve/main/x%2Fy/z', 3, 'main/x%2Fy/z'],
    ['/a/b/resolve/main/x?download=true', 3, 'main/x'],
    ['/api/models/a/b/tree/dev%2Fx/', 5, 'dev%2Fx'],
    ['/a/b/resolve/main/%23hash%3F', 3, 'main/%23hash%3F'],
  ])('keeps its encoding: %s', (path, depth, rest) => {
    expect(rawRest(host + path, depth)).toBe(rest)
  })
})

describe('a ref and a path', () => {
  it('are split at the first slash of an encoded ref', () => {
    expect(refPaths('dev%2Fx/a/b', { isRefRaw: false })[0]).toEqual({ ref: 'dev/x', path: 'a/b' })
    expect(refPaths('main/100%25.txt', { isRefRaw: false })[0]).toEqual({ ref: 'main', path: '100%.txt' })
  })

  it('are tried from the longest ref if clients do not encode it', () => {
    expect(refPaths('refs/heads/main/a', { isRefRaw: true })).toEqual([
      { ref: 'refs/heads/main/a', path: '' },
      { ref: 'refs/heads/main', path: 'a' },
      { ref: 'refs/heads', path: 'main/a' },
      { ref: 'refs', path: 'heads/main/a' },
    ])
  })

  it('have few candidates, however deep the path is', () => {
    const deep = `main/${'folder/'.repeat(5000)}x`
    expect(refPaths(deep, { isRefRaw: true }).length).toBeLessThan(30)
    expect(refPaths(deep, { isRefRaw: false })[0]?.ref).toBe('main')
  })

  it('are refused if they are badly encoded', () => {
    expect(() => refPaths('main/%zz', { isRefRaw: false })).toThrow('percent-encoding')
  })
})

describe('a repo without an owner', () => {
  it.each([
    ['/gpt2/resolve/main/config.json', 'gpt2'],
    ['/api/models/gpt2', 'gpt2'],
    ['/api/models/gpt2/tree/main', 'gpt2'],
    ['/api/models/a/b/c', undefined],
    ['/api/models', undefined],
  ])('is recognised in %s', (path, repo) => {
    expect(ownerlessRepo(host + path)).toBe(repo)
  })
})

describe('the paths of the Hub protocol', () => {
  it.each([
    '/api/models',
    '/api/models/a/b/tree/main',
    '/api/datasets/a/b',
    '/api/whoami-v2',
    '/api/models-tags-by-type',
    '/a/b/resolve/main/x',
    '/gpt2/raw/main/x',
    '/datasets/a/b/resolve/main/x',
    '/a/b/info/refs',
    '/datasets/a/b.git/info/refs',
  ])('are recognised: %s', (path) => {
    expect(isHubPath(path)).toBe(true)
  })

  it.each([
    '/',
    '/health',
    '/api/v1/repos/a/b',
    '/api/v1/resolve/x',
    '/api/models-tags-by-type/more',
    '/api/v1/repos/resolve/x',
    '/v1/raw/x',
    '/console/a/b/c/resolve/x',
  ])('do not include %s', (path) => {
    expect(isHubPath(path)).toBe(false)
  })
})
