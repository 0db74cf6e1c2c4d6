import { describe, expect, it } from 'vitest'
import { encodedNames } from '../../../functions/registry/names-in-path.ts'

describe('a path that the HTTP API decoded', () => {
  const repo = '/api/v1/repos/acme/iris'
  it.each([
    [`${repo}/branches/dev/one`, `${repo}/branches/dev%2Fone`],
    [`${repo}/tags/v1`, `${repo}/tags/v1`],
    [`${repo}/aliases/a/b/moves`, `${repo}/aliases/a%2Fb/moves`],
    [`${repo}/revisions/dev/one`, `${repo}/revisions/dev%2Fone`],
    [`${repo}/revisions/dev/one/files`, `${repo}/revisions/dev%2Fone/files`],
    [`${repo}/revisions/dev/one/manifest`, `${repo}/revisions/dev%2Fone/manifest`],
    [`${repo}/revisions/main/files/onnx/a #1?.onnx`, `${repo}/revisions/main/files/onnx%2Fa %231%3F.onnx`],
    [`${repo}/revisions/main/files/100%.txt`, `${repo}/revisions/main/files/100%25.txt`],
    [`${repo}/branches`, `${repo}/branches`],
    [repo, repo],
    ['/api/v1/deployments/x', '/api/v1/deployments/x'],
  ])('%s is encoded again', (decoded, encoded) => {
    expect(encodedNames(decoded)).toBe(encoded)
    expect(encodedNames(encoded)).toBe(encoded)
  })
})
