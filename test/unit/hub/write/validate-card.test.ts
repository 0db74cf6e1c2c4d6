import { describe, expect, it } from 'vitest'
import { validateCard } from '../../../../functions/hub/write/validate-card.ts'
import { cpuMs } from '../../../support/cpu-time.ts'

const card = (yaml: string) => `---\n${yaml}\n---\n# A model\n`
const good = { errors: [], warnings: [] }
const errors = (yaml: string) =>
  validateCard(card(yaml))
    .errors.map(({ message }) => message)
    .join('\n')

/** The least of several measurements, because compiling and collecting garbage take CPU time, too. */
function leastCpuMs(yaml: string, { readings = 1 } = {}): number {
  const read = () => {
    for (let reading = 0; reading < readings; reading++) validateCard(card(yaml))
  }
  return Math.min(...Array.from({ length: 3 }, () => cpuMs(read)))
}

describe('a model card', () => {
  it.each([
    'license: mit\ntags: [a, b]\nlanguage: no',
    'pipeline_tag: fill-mask\ndatasets:\n- a/b\nbase_model: c/d',
    'model-index:\n- name: x\n  results: []',
    'license:',
  ])('is valid: %j', (yaml) => {
    expect(validateCard(card(yaml))).toEqual(good)
    expect(validateCard(card(yaml).replaceAll('\n', '\r\n'))).toEqual(good)
  })

  it.each(['', '# A model', '---', '--- not yaml', '---\n---\n'])('without content gets a warning: %j', (readme) => {
    expect(validateCard(readme)).toEqual({ errors: [], warnings: [{ message: expect.any(String) }] })
  })

  it.each([
    ['license: [', 'cannot be read'],
    [
      'license: mit\na: b: c',
      'cannot be read: Nested mappings are not allowed in compact mappings at line 2, column 4',
    ],
    ['- a\n- b', 'must be a list of "name: value"'],
    ['just text', 'must be a list of "name: value"'],
    ['pipeline_tag: [a]', '"pipeline_tag" must be a text'],
    ['tags: {a: b}', '"tags" must be a text or a list'],
    ['datasets: [[a]]', '"datasets" must be a text or a list'],
    ['license: mit\nlicense: gpl', '"license" stands there twice'],
    ['model-index: [{name: a, name: b}]', '"name" stands there twice'],
  ])('is invalid: %j', (yaml, message) => {
    expect(errors(yaml)).toContain(message)
  })

  it.each([
    [
      'expanding aliases',
      `a: &a [x,x]\n${'bcdefghij'
        .split('')
        .map((n, at) => `${n}: &${n} [*${'abcdefghij'[at]},*${'abcdefghij'[at]}]`)
        .join('\n')}`,
    ],
    ['unclosed brackets', '['.repeat(60_000)],
    ['nested keys', '? '.repeat(500)],
  ])('that is a YAML bomb is refused in linear time: %s', (_, yaml) => {
    expect(cpuMs(() => expect(errors(yaml)).not.toBe(''))).toBeLessThan(5000)
  })

  it('with thousands of names is read in about linear time', () => {
    const names = (total: number) => Array.from({ length: total }, (_, at) => `k${at.toString(36)}`).join(',')
    const [some, many] = [`{${names(1000)}}`, `{${names(10_000)}}`]
    expect(validateCard(card(many))).toEqual(good)
    // As many names in ten readings, because one takes less than some systems count.
    expect(leastCpuMs(many) / leastCpuMs(some, { readings: 10 })).toBeLessThan(4)
  })

  it('with thousands of errors takes about as long as one with as many names', () => {
    const [names, faults] = [`a: [${'b,'.repeat(30_000)}]`, `[${','.repeat(60_000)}`]
    expect(leastCpuMs(faults) / leastCpuMs(names)).toBeLessThan(5)
  })

  it.each([
    `tags: [${'a,'.repeat(500_000)}]`,
    Array.from({ length: 5000 }, (_, at) => `${' '.repeat(at % 500)}a:`).join('\n'),
  ])('that would take too long gets a warning instead of being read', (yaml) => {
    const unread = { errors: [], warnings: [{ message: expect.stringContaining('not checked here') }] }
    expect(cpuMs(() => expect(validateCard(card(yaml))).toEqual(unread))).toBeLessThan(500)
  })
})
