import { describe, expect, it } from 'vitest'
import { inspectFiles } from '../../../functions/ingest/inspect/inspect-files.ts'
import type { RevisionMetadata } from '../../../shared/contract/repo.ts'
import { cpuMsOf } from '../../support/cpu-time.ts'
import { inspected, readme } from './support/inspected.ts'

describe('the metadata of a model', () => {
  const nothing: Partial<RevisionMetadata> = { tags: [], baseModels: [], onnx: [] }
  const bomb = `a: &a [x,x]\n${Array.from({ length: 30 }, (_, at) => `b${at}: &b${at} [*${at === 0 ? 'a' : `b${at - 1}`},*a]`).join('\n')}`
  const cards: [string, string | Uint8Array, number][] = [
    ['no front matter', '# Just a title\n', 0],
    ['nothing', '', 0],
    ['no end of its front matter', '---\nlicense: mit\n', 0],
    ['a list for its front matter', '---\n- a\n- b\n---\n', 0],
    ['a text for its front matter', '---\nhello\n---\n', 0],
    ['invalid UTF-8', Buffer.from([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe, 0x0a, 0x2d, 0x2d, 0x2d, 0x0a]), 0],
    ['broken YAML', '---\n"unclosed\n---\n', 1],
    ['a YAML bomb', `---\n${bomb}\n---\n`, 1],
    ['deep nesting', `---\ntags: ${'['.repeat(50_000)}\n---\n`, 1],
    ['3 MB and no front matter', 'x'.repeat(3_000_000), 0],
    ['front matter of 3 MB', `---\nlicense: ${'x'.repeat(3_000_000)}\n---\n`, 1],
    ['tags that are objects', '---\ntags: {a: 1}\nlicense: [x]\n---\n', 0],
    ['a tag of 1 MB', `---\ntags: [${'x'.repeat(900_000)}]\n---\n`, 1],
  ]

  const configs: [string, string, number][] = [
    ['a list', '[1,2]', 1],
    ['a text', '"x"', 1],
    ['null', 'null', 1],
    ['no JSON', '{', 1],
    ['deep nesting', `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 0],
    ['odd values', '{"architectures":{"0":"x"},"sklearn":5,"__proto__":{"sklearn":{"task":"x"}}}', 0],
  ]

  it('comes from the front matter of its card', async () => {
    const yaml = 'license: mit\npipeline_tag: text-classification\ntags: [a, 1, b]\nbase_model: x/y\nlanguage: en'
    expect(await inspected(readme(yaml))).toMatchObject({
      license: 'mit',
      task: 'text-classification',
      tags: ['a', 'b'],
      baseModels: ['x/y'],
      languages: ['en'],
      warnings: [],
    })
  })

  it.each(cards)('is empty for a card with %s', async (_, card, warnings) => {
    const found = await inspected({ 'README.md': card })
    expect(found).toMatchObject(nothing)
    expect(found.license).toBeUndefined()
    expect(found.warnings).toHaveLength(warnings)
  })

  it('is read in time from a card with tens of thousands of keys, and cut to what the table can hold', async () => {
    const keys = Array.from({ length: 60_000 }, (_, at) => `k${at}: 1`).join('\n')
    expect(await cpuMsOf(() => inspected(readme(`license: mit\n${keys}`)))).toBeLessThan(15_000)
    const tags = Array.from({ length: 50_000 }, (_, at) => `t${at}`).join(', ')
    expect((await inspected(readme(`tags: [${tags}]`))).tags.length).toBeLessThan(1000)
  })

  it.each(configs)('ignores a config.json with %s', async (_, config, warnings) => {
    const found = await inspected({ 'config.json': config })
    expect(found.warnings).toHaveLength(warnings)
    expect(found.task).toBeUndefined()
  })
})

it('inspection fails, to be retried, if the store does not return the bytes', async () => {
  const files = [{ path: 'config.json', sizeBytes: 2, sha256: 'a'.repeat(64) }]
  const read = async () => {
    throw new Error('the store is away')
  }
  await expect(inspectFiles({ files, read })).rejects.toThrow('the store is away')
})
