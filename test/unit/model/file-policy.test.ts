import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFilePolicy } from '../../../shared/model/file-policy.ts'
import { compilePattern } from '../../../shared/model/path-pattern.ts'
import { cpuMs } from '../../support/cpu-time.ts'

describe('the file policy', () => {
  it.each(['model.safetensors', 'onnx/model.onnx', 'model.gguf', 'tokenizer.json', 'README.md', 'spiece.model', 'x'])(
    'accepts %s',
    (path) => expect(createFilePolicy({})(path)).toEqual({ take: true }),
  )

  it.each([
    'pytorch_model.bin',
    'a/b/model.pt',
    'MODEL.PKL',
    'clf.joblib',
    'x.npy',
    'weights.h5',
    'last.ckpt',
    'modeling.py',
    'install.sh',
    'lib.so',
  ])('skips %s, even if it is included by name', (path) => {
    expect(createFilePolicy({})(path).take).toBe(false)
    expect(createFilePolicy({ include: ['*', path] })(path).take).toBe(false)
  })

  it('accepts files that are included and not excluded', () => {
    const take = (path: string, include?: string[], exclude?: string[]) =>
      createFilePolicy({ include, exclude })(path).take
    expect(take('onnx/model.onnx', ['*.onnx'])).toBe(true)
    expect(take('onnx/model.onnx', ['onnx/*'])).toBe(true)
    expect(take('onnx/model.onnx', ['*.json'])).toBe(false)
    expect(take('onnx/model.onnx', [])).toBe(true)
    expect(take('onnx/model.onnx', undefined, ['onnx/**'])).toBe(false)
    expect(take('onnx/model.onnx', ['*.onnx'], ['model.onnx'])).toBe(false)
  })
})

it('fifty hostile patterns match a thousand files in linear time', () => {
  const include = Array.from({ length: 50 }, (_, at) => `${'[a-z]*'.repeat(30)}${at}`)
  const judge = createFilePolicy({ include })
  const usedMs = cpuMs(() => {
    for (let at = 0; at < 1000; at++) judge(`weights/model-${at}.safetensors`)
  })
  expect(usedMs).toBeLessThan(10_000)
})

describe('a pattern', () => {
  it.each([
    ['*', 'a.json', true],
    ['*', 'a/b', false],
    ['*.json', '.hidden.json', true],
    ['**', 'a/b/c', true],
    ['**/*.json', 'a.json', true],
    ['**/*.json', 'a/b/c.json', true],
    ['**/x', 'ax', false],
    ['onnx/**', 'onnx/a/b', true],
    ['onnx/**', 'onnxx/a', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'a/xb', false],
    ['model?.onnx', 'model1.onnx', true],
    ['model?.onnx', 'model/.onnx', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[', '[', true],
    ['a.b', 'axb', false],
    ['a+(b)', 'a+(b)', true],
    ['', '', true],
    ['', 'a', false],
    ['ü*', 'über', true],
    ['?', '\u{1f600}', true],
  ])('%j matches %j: %s', (pattern, path, expected) => {
    expect(compilePattern(pattern)(path)).toBe(expected)
  })

  it('without wildcards matches exactly itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (path, other) => {
        fc.pre(!/[*?[]/.test(path))
        expect(compilePattern(path)(path)).toBe(true)
        expect(compilePattern(path)(other)).toBe(other === path)
      }),
    )
  })

  it.each(['{a,b}'.repeat(40), '*a'.repeat(60), '**/'.repeat(60), '+(+(+(a)))'.repeat(20), '[a-z]*'.repeat(30)])(
    'is matched in linear time if it is hostile: %s',
    (pattern) => {
      const path = `${'a'.repeat(450)}/${'a'.repeat(449)}`
      expect(cpuMs(() => compilePattern(pattern)(path))).toBeLessThan(500)
    },
  )
})
