import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { readModelCard } from '../../../functions/ingest/inspect/model-card.ts'
import { inspected, readme } from './support/inspected.ts'

describe('the front matter of a model card', () => {
  it('provides every field that the Hub reads', async () => {
    const found = await inspected(
      readme(`language:
- en
- de
license: other
license_name: acme-license
license_link: LICENSE.md
library_name: transformers
tags: [chat]
datasets: [acme/talks]
metrics: [accuracy, f1]
base_model:
- acme/one
- acme/two
base_model_relation: merge
new_version: acme/newer
pipeline_tag: text-generation
thumbnail: https://example.com/a.png
co2_eq_emissions: {emissions: 12.5, source: guessed}
extra_gated_prompt: Be kind
secret_field: not kept
model-index:
- name: one
  results:
  - task: {type: text-generation}
    metrics: [{type: accuracy, value: 0.5}, {type: loss, value: .nan}]`),
    )
    expect(found).toMatchObject({
      languages: ['en', 'de'],
      license: 'other',
      licenseName: 'acme-license',
      licenseLink: 'LICENSE.md',
      library: 'transformers',
      tags: ['chat'],
      datasets: ['acme/talks'],
      metrics: ['accuracy', 'f1'],
      baseModels: ['acme/one', 'acme/two'],
      relation: 'merge',
      newVersion: 'acme/newer',
      task: 'text-generation',
      warnings: [],
    })
    expect(found.card).toEqual({
      thumbnail: 'https://example.com/a.png',
      co2_eq_emissions: { emissions: 12.5, source: 'guessed' },
      extra_gated_prompt: 'Be kind',
      'model-index': [
        {
          name: 'one',
          results: [
            { task: { type: 'text-generation' }, metrics: [{ type: 'accuracy', value: 0.5 }, { type: 'loss' }] },
          ],
        },
      ],
    })
  })

  it('keeps its license, however long its evaluation results are', async () => {
    const result = '  - task:\n      type: Retrieval\n    metrics:\n    - type: map_at_1\n      value: 24.2\n'
    const yaml = `tags:\n- mteb\nmodel-index:\n- name: x\n  results:\n${result.repeat(2000)}license: mit\nlanguage: en`
    expect(await inspected(readme(yaml))).toMatchObject({
      license: 'mit',
      tags: ['mteb'],
      languages: ['en'],
      warnings: ['README.md: its model-index is longer than 65536 characters and was left out'],
    })
  })

  it('is read in chunks, with unindented lists and quoted names', async () => {
    const tags = (name: string) =>
      `${name}:\n${Array.from({ length: 250 }, (_, at) => `- ${name}${'x'.repeat(200)}${at}`).join('\n')}`
    const yaml = `${tags('tags')}\n${tags('datasets')}\n"license": mit\nmetrics: [\n a,\n b\n]\nlanguage: en`
    const found = await inspected(readme(yaml))
    expect(found).toMatchObject({ license: 'mit', metrics: ['a', 'b'], languages: ['en'], warnings: [] })
    expect([found.tags.length, found.datasets.length]).toEqual([250, 250])
  })

  it('loses only values that cannot be displayed', async () => {
    const yaml =
      'license: "mi\\u0000t"\ntags: ["a\\u202Eb", " c ", "\\ud800", "", d, d, Ünïcode-語]\nlanguage: [no, yes, on]'
    const found = await inspected(readme(yaml))
    expect(found.license).toBeUndefined()
    expect(found.tags).toEqual(['c', 'd', 'Ünïcode-語'])
    expect(found.languages).toEqual(['no', 'yes', 'on'])
  })

  it('changes no prototype', async () => {
    const yaml =
      '__proto__: {license: evil}\nconstructor: {name: x}\nwidget: {__proto__: {a: 1}, constructor: 2, text: ok}'
    const found = await inspected(readme(yaml))
    expect(found.license).toBeUndefined()
    expect(found.card).toEqual({ widget: { text: 'ok' } })
    expect(({} as Record<string, unknown>).license).toBeUndefined()
  })

  it('is refused at once if its keys are nested lists, which would take hours', async () => {
    const found = await inspected(readme(`license: mit\n${'? '.repeat(1000)}a`))
    expect(found.warnings?.join()).toContain('front matter cannot be read')
  })

  it('emits no process warning', async () => {
    const warn = vi.spyOn(process, 'emitWarning')
    await inspected(readme(`tags: [!foo a, !!bar b]\nwidget: !baz {a: 1}`))
    expect(warn).not.toHaveBeenCalled()
    warn.mockRestore()
  })

  it('with an unknown task has none, and gets a warning', async () => {
    const found = await inspected({
      ...readme('pipeline_tag: mind-reading'),
      'config.json': '{"architectures":["BertForMaskedLM"]}',
    })
    expect(found.task).toBe('fill-mask')
    expect(found.warnings).toEqual(['README.md: its pipeline_tag "mind-reading" is no task of the Hub'])
  })

  it('is read or refused, for any text', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        'license: ',
        'tags:\n- ',
        '[',
        '{',
        '"',
        "'",
        '\n',
        '&a ',
        '*a',
        '!!x ',
        '? ',
        '|',
        '- ',
        '---',
        ': ',
        '__proto__: ',
      ),
    )
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => `---\n${pieces.join('')}\n---\n`)
    await fc.assert(
      fc.asyncProperty(text, async (card) => {
        const { tags, license } = await readModelCard(card)
        expect(tags.every((tag) => typeof tag === 'string')).toBe(true)
        expect(['string', 'undefined']).toContain(typeof license)
      }),
      { numRuns: 1000 },
    )
  })
})
