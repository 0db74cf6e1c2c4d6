import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCommit } from '../../../../functions/hub/write/read-commit.ts'
import { AppError } from '../../../../shared/errors.ts'

const header = { key: 'header', value: { summary: 'adds a model' } }
const oid = 'a'.repeat(64)
const lines = (...items: unknown[]) =>
  items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))).join('\n')
const file = (value: Record<string, unknown>) => ({ key: 'file', value: { path: 'a.txt', content: 'YQ==', ...value } })

async function* pieces(text: string | Buffer, sizeBytes = 7): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes)
}
const refusal = (text: string | Buffer, limits?: Parameters<typeof readCommit>[1]) =>
  readCommit(pieces(text), limits).then(
    () => 'it was read',
    (error) => {
      if (error instanceof AppError) return `${error.status} ${error.message}`
      throw error
    },
  )

describe('a commit', () => {
  const whole = lines(
    { key: 'header', value: { summary: 'ä model', description: 'of\nmine', parentCommit: 'b'.repeat(40) } },
    { key: 'file', value: { path: 'ü.txt', content: 'w7w=', encoding: 'base64' } },
    { key: 'file', value: { path: 'plain.txt', content: 'ü' } },
    { key: 'lfsFile', value: { path: 'm.onnx', algo: 'sha256', oid, size: 3 } },
    { key: 'lfsFile', value: { path: 'copy.onnx', algo: 'sha256', oid } },
    { key: 'deletedFile', value: { path: 'old.txt' } },
    { key: 'deletedFolder', value: { path: 'old/' } },
  )

  it.each([1, 2, 5, 10_000])(
    'is read from chunks of %i bytes, with and without a final line break',
    async (sizeBytes) => {
      for (const text of [whole, `${whole}\n`, whole.replaceAll('\n{', '\r\n\n{')]) {
        const { header, operations } = await readCommit(pieces(text, sizeBytes))
        expect(header).toEqual({ summary: 'ä model', description: 'of\nmine', parentCommit: 'b'.repeat(40) })
        expect(operations).toEqual([
          { kind: 'file', path: 'ü.txt', content: Buffer.from('ü') },
          { kind: 'file', path: 'plain.txt', content: Buffer.from('ü') },
          { kind: 'lfsFile', path: 'm.onnx', oid, sizeBytes: 3 },
          { kind: 'lfsFile', path: 'copy.onnx', oid, sizeBytes: undefined },
          { kind: 'deletedFile', path: 'old.txt' },
          { kind: 'deletedFolder', path: 'old' },
        ])
      }
    },
  )

  it.each([
    ['summary', { ...header, value: { summary: 'half \ud83d' } }, 'Line 1: "value.summary" contains half'],
    ['description', { ...header, value: { summary: 's', description: '\udc00' } }, 'Line 1: "value.description"'],
    ['path', [header, { key: 'deletedFile', value: { path: '\ud800' } }], 'Line 2: "value.path" contains half'],
    ['content', [header, file({ content: 'a\ud83db' })], 'Line 2: "value.content" contains half'],
  ])('with a lone surrogate in its %s is refused instead of changed', async (_, items, message) => {
    expect(await refusal(lines(...[items].flat()))).toContain(`400 ${message}`)
    const whole = lines(header, file({ content: 'a\ud83d\ude00b' })).replace('😀', String.raw`\ud83d\ude00`)
    expect((await readCommit(pieces(whole))).operations).toMatchObject([{ content: Buffer.from('a😀b') }])
  })

  it('keeps every byte of a file', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        const sent = file({ content: Buffer.from(content).toString('base64'), encoding: 'base64' })
        const { operations } = await readCommit(pieces(lines(header, sent)))
        expect(operations).toEqual([{ kind: 'file', path: 'a.txt', content: Buffer.from(content) }])
      }),
    )
  })

  it.each([
    ['nothing', '', 'The commit is empty'],
    ['blank lines only', '\n\n  \n', 'The commit is empty'],
    ['no header', lines(file({})), 'Line 1: the header has to be the first line'],
    ['two headers', lines(header, header), 'Line 2: the header has to be the first line'],
    ['a late header', lines(file({}), header), 'Line 1: the header'],
    ['an empty header', lines({ key: 'header', value: {} }), 'Line 1, header.summary'],
    ['no JSON', lines(header, '{"key":'), 'Line 2 is not JSON'],
    ['a list', lines('[]'), 'Line 1 is not {"key":…,"value":…}'],
    ['null', lines('null'), 'Line 1 is not {"key":…,"value":…}'],
    ['an unknown key', lines(header, { key: 'renamedFile', value: {} }), '"renamedFile" is not one of header'],
    ['a key that is an object', lines(header, { key: { a: 1 }, value: {} }), 'Line 2: {"a":1} is not one of'],
    ['a key of the object prototype', lines(header, { key: 'toString', value: {} }), '"toString" is not one of'],
    ['an unknown field', lines(header, file({ oldPath: 'b.txt' })), 'Line 2, file'],
    ['a duplicate name', lines(header, '{"key":"file","value":{"path":"a","path":"b","content":""}}'), '"path" twice'],
    ['a duplicate name, once escaped', lines('{"key":"header","k\\u0065y":"file","value":{}}'), '"key" twice'],
    ['broken base64', lines(header, file({ content: 'Y*==', encoding: 'base64' })), '"a.txt" is not base64'],
    ['truncated base64', lines(header, file({ content: 'YWJjZ', encoding: 'base64' })), 'is not base64'],
    ['base64 with bits left over', lines(header, file({ content: 'YR==', encoding: 'base64' })), 'is not base64'],
    ['another encoding', lines(header, file({ encoding: 'hex' })), 'Line 2, file.encoding'],
    ['no content', lines(header, { key: 'file', value: { path: 'a' } }), 'Line 2, file.content'],
    ['a number for a path', lines(header, file({ path: 7 })), 'Line 2, file.path'],
    ['another hash', lines(header, { key: 'lfsFile', value: { path: 'a', algo: 'md5', oid } }), 'lfsFile.algo'],
    ['half a hash', lines(header, { key: 'lfsFile', value: { path: 'a', algo: 'sha256', oid: 'a' } }), 'lfsFile.oid'],
    [
      'a negative size',
      lines(header, { key: 'lfsFile', value: { path: 'a', algo: 'sha256', oid, size: -1 } }),
      'lfsFile.size',
    ],
    ['invalid UTF-8', Buffer.from([...Buffer.from('{"key":"'), 0xff, 0xfe]), 'Line 1 is not UTF-8'],
    ['300,000 brackets', lines(header, '['.repeat(300_000)), 'Line 2 is not JSON'],
  ])('is refused with %s', async (_, text, message) => {
    expect(await refusal(text)).toMatch(/^400 /)
    expect(await refusal(text)).toContain(message)
  })

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/../b',
    '/etc/passwd',
    'a//b',
    'a\\b',
    'a\u0000b',
    'C:/x',
    '.git/config',
    'e\u0301',
    'x'.repeat(1000),
    `${'a/'.repeat(40)}b`,
  ])('is refused with the path %j in any operation', async (path) => {
    for (const operation of [
      file({ path }),
      { key: 'lfsFile', value: { path, algo: 'sha256', oid } },
      { key: 'deletedFile', value: { path } },
      { key: 'deletedFolder', value: { path } },
    ])
      expect(await refusal(lines(header, operation))).toMatch(/^400 Line 2, .* is no path/)
  })

  it('is refused over its limits before the rest is read', async () => {
    let sent = 0
    async function* endless() {
      for (;;) {
        sent++
        yield Buffer.from('x'.repeat(1000))
      }
    }
    const limits = { totalMaxBytes: 5000, linesMax: 3 }
    await expect(readCommit(endless(), limits)).rejects.toMatchObject({ status: 413, code: 'payload_too_large' })
    expect(sent).toBe(6)
    expect(await refusal(lines(header, file({}), file({}), file({})), limits)).toMatch(/^400 .*at most 3 lines/)
  })

  it('fails only with a client error, whatever it contains', async () => {
    const values = fc.oneof(fc.json(), fc.string(), fc.constantFrom(...whole.split('\n')))
    await fc.assert(
      fc.asyncProperty(fc.array(values, { maxLength: 4 }), async (texts) => {
        expect(await refusal(texts.join('\n'))).toMatch(/^(?:4\d\d |it was read$)/)
      }),
      { numRuns: 300 },
    )
  })

  it('whose sender disconnects is not a server error, but any other broken read is', async () => {
    async function* ending(error: Error): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${JSON.stringify(header)}\n{"key":`)
      throw error
    }
    const hungUp = Object.assign(new Error('aborted'), { code: 'ECONNRESET' })
    await expect(readCommit(ending(hungUp))).rejects.toMatchObject({ status: 499, code: 'client_closed' })
    await expect(readCommit(ending(new Error('disk full')))).rejects.toThrow('disk full')
  })
})
