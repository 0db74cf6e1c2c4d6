import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInferRequest } from '../../../../../gpu-service/protocols/oip/infer-request.ts'
import { countTurns } from '../../../../support/count-turns.ts'

const tensors = { inputs: [{ name: 'x', type: 'string', shape: [-1] }] }
const nested = { inputs: [{ name: 'x', type: 'string', shape: [-1, -1] }] }

/** The texts that a request gives, by the JSON of its "data". */
async function textsOf(data: string | Buffer, shape: number[], signature = tensors) {
  const head = `{"inputs":[{"name":"x","shape":${JSON.stringify(shape)},"datatype":"BYTES","data":`
  const body = Buffer.concat([Buffer.from(head), Buffer.from(data), Buffer.from('}]}')])
  const { signal } = new AbortController()
  const { inputs } = await readInferRequest({ body, headerLength: undefined, tensors: signature as never, signal })
  return inputs.x?.data
}
const long = (unit: string, length = 700_000) => unit.repeat(length / unit.length)

describe('a text of a megabyte in the JSON of a request', () => {
  const units = ['a', 'ab\n', '"', '\\', '\\u0041', 'é', '中', '😀', 'a,"[', '\u0000']
  it.each(units.map((unit) => [JSON.stringify(unit), unit]))(
    'is read as it is, with what is beside it: %s',
    async (_, unit) => {
      for (const shift of ['', 'x', 'xy', 'xyz', 'wxyz', 'vwxyz']) {
        const texts = ['before', shift + long(unit), 'behind', long(unit), '']
        expect(await textsOf(JSON.stringify(texts), [5])).toEqual(texts)
      }
    },
  )

  it('is read as it is whatever is in it, however it is written', async () => {
    const escaped = (text: string) =>
      [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    const texts = fc.array(fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constant('\\"')), { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(texts, async (units) => {
        const text = long(units.join(''), 300_000)
        expect(await textsOf(JSON.stringify([text]), [1])).toEqual([text])
      }),
      { numRuns: 20 },
    )
    expect(await textsOf(`["${escaped(long('aé', 100_000))}"]`, [1])).toEqual([long('aé', 100_000)])
  })

  it('is read in lists within lists, too', async () => {
    const texts = [
      ['a', long('[b]')],
      ['c', long('"],["')],
    ]
    expect(await textsOf(JSON.stringify(texts), [2, 2], nested)).toEqual(texts.flat())
  })

  it('leaves the event loop free', async () => {
    const data = JSON.stringify([long('many words ', 8_000_000)])
    const turnsOf = countTurns()
    await textsOf(data, [1])
    expect(turnsOf()).toBeGreaterThan(8)
  })

  it.each([
    ['is not valid UTF-8', Buffer.from([...Buffer.from(`["${long('a')}`), 0xff, ...Buffer.from('"]')]), 'UTF-8'],
    ['has a line break', `["${long('a')}\n"]`, 'JSON'],
    ['has an unknown escape', `["${long('a')}\\x41"]`, 'JSON'],
    ['has two in a row', `["${long('a')}" "b"]`, 'JSON'],
    ['is all blanks', `["a"${' '.repeat(700_000)}]`, 'no text'],
    ['is a number', `[${'1'.repeat(700_000)}]`, 'no text'],
  ])('is refused where it %s', async (_, data, said) => {
    await expect(textsOf(data, [1])).rejects.toMatchObject({
      status: expect.any(Number),
      message: expect.stringContaining(said),
    })
  })
})
