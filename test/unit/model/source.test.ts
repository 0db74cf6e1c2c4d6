import { describe, expect, it } from 'vitest'
import { formatSource, parseSource } from '../../../shared/model/source.ts'
import { formatTarget, parseTarget } from '../../../shared/model/target.ts'

describe('a source', () => {
  it.each([
    ['hf://acme/model', { kind: 'hf', repo: 'acme/model', ref: 'main' }, 'hf://acme/model@main'],
    ['hf://acme/model@refs/pr/1', { kind: 'hf', repo: 'acme/model', ref: 'refs/pr/1' }, 'hf://acme/model@refs/pr/1'],
    ['s3-drop://acme/model/v1', { kind: 's3-drop', repo: 'acme/model', version: 'v1' }, 's3-drop://acme/model/v1'],
  ])('%s is parsed, and formatted canonically', (uri, source, canonical) => {
    expect(parseSource(uri)).toEqual(source)
    expect(formatSource(parseSource(uri))).toBe(canonical)
    expect(parseSource(canonical)).toEqual(source)
  })

  it.each([
    '',
    'acme/model',
    'hf://',
    'hf://model',
    'hf://acme/model@',
    'hf://acme/model@a b',
    'hf://acme/model/extra',
    'hf://../../etc',
    'HF://acme/model',
    'https://huggingface.co/acme/model',
    's3-drop://acme/model',
    's3-drop://acme/model/v1/x',
    's3-drop://acme/model/..',
    's3-drop://acme//v1',
    'file:///etc/passwd',
    'hf://acme/model\n',
  ])('%j is refused as an invalid request', (uri) => {
    expect(() => parseSource(uri)).toThrow(expect.objectContaining({ status: 400, code: 'invalid_request' }))
  })
})

describe('a drop without its version', () => {
  it.each(['s3-drop://team/flowers', 's3-drop://team/flowers/'])(
    '%s is refused with an example of a version',
    (uri) => {
      expect(() => parseSource(uri)).toThrow(/names no version\. Add it, such as s3-drop:\/\/team\/flowers\/v1\.$/)
    },
  )
})

describe('a target', () => {
  it('is a repo at a ref, main by default', () => {
    expect(parseTarget('acme/model')).toEqual({ repo: 'acme/model', ref: 'main' })
    expect(parseTarget('acme/model@v1')).toEqual({ repo: 'acme/model', ref: 'v1' })
    expect(formatTarget(parseTarget('acme/model@v1'))).toBe('acme/model@v1')
  })

  it.each(['', 'model', 'acme/model@', '@main', 'acme/model@a@b', 'acme/model/v1'])('is not %j', (text) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ status: 400 }))
  })
})
