import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { contentDisposition } from '../../../functions/hub/content-disposition.ts'
import { gitBlobSha1, pointerText } from '../../../functions/hub/lfs-pointer.ts'
import { nextLink } from '../../../functions/hub/link-header.ts'
import { errors } from '../../../shared/errors.ts'
import { hubErrorHeaders } from '../../../shared/http/envelopes.ts'

describe('the link to the next page', () => {
  const request = { url: 'http://127.0.0.1:8000/api/models?filter=a&filter=b&cursor=old', publicUrl: undefined }

  it('keeps the query and the host of the request', () => {
    expect(nextLink({ ...request, changes: { cursor: 'n+w' } })).toBe(
      '<http://127.0.0.1:8000/api/models?filter=a&filter=b&cursor=n%2Bw>; rel="next"',
    )
  })

  it('uses the public address if there is one', () => {
    expect(nextLink({ ...request, publicUrl: 'https://hub.example/base/', path: '/x', changes: { p: '1' } })).toBe(
      '<https://hub.example/base/x?filter=a&filter=b&cursor=old&p=1>; rel="next"',
    )
  })
})

describe('the file name for a download', () => {
  it.each([
    ['a/b/model.onnx', `inline; filename*=UTF-8''model.onnx; filename="model.onnx";`],
    ['näme "1".txt', `inline; filename*=UTF-8''n%C3%A4me%20%221%22.txt; filename="n_me _1_.txt";`],
    ["it's(1)*", `inline; filename*=UTF-8''it%27s%281%29%2a; filename="it's(1)*";`],
  ])('is valid in a header: %s', (path, header) => {
    expect(contentDisposition(path)).toBe(header)
    expect(() => new Headers({ 'content-disposition': header })).not.toThrow()
  })
})

describe('an error response', () => {
  it('has a valid header for any message', () => {
    const headers = hubErrorHeaders(errors.repoNotFound('a/模型\n'))
    expect(headers).toMatchObject({ 'x-error-code': 'RepoNotFound' })
    expect(headers['x-error-message']).toMatch(/^[\x20-\x7e]+$/)
    expect(hubErrorHeaders(errors.unauthenticated())['x-error-message']).toContain('Bearer hf_...')
  })

  it('for a wrong key has the text that clients look for, and no error code', () => {
    expect(hubErrorHeaders(errors.invalidToken())).toEqual({
      'x-error-message': 'Invalid credentials in Authorization header',
    })
  })
})

it('computes the git blob id of a text, and the pointer text of a large file', () => {
  expect(gitBlobSha1('hello\n')).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
  const sha256 = createHash('sha256').update('x').digest('hex')
  expect(pointerText({ sha256, sizeBytes: 1 }).split('\n')).toEqual([
    'version https://git-lfs.github.com/spec/v1',
    `oid sha256:${sha256}`,
    'size 1',
    '',
  ])
})
