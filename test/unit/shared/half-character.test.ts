import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { halfCharacterAt } from '../../../shared/http/half-character.ts'

const placeIn = (body: unknown) => halfCharacterAt(JSON.stringify(body), body)
const placeInText = (json: string) => halfCharacterAt(json, JSON.parse(json))

describe('a lone surrogate', () => {
  it.each<[unknown, string]>([
    [{ inputs: 'a\ud800b' }, 'inputs'],
    [{ inputs: ['a', '\udc00'] }, 'inputs[1]'],
    [{ inputs: [{ text: 'a', text_pair: '\ud83d' }] }, 'inputs[0].text_pair'],
    [{ parameters: { labels: [['x'], ['\ude00\ud83d']] } }, 'parameters.labels[1][0]'],
    [{ inputs: { '\ud83d': 1 } }, 'inputs.\ufffd'],
    [['😀\ud83d'], '[0]'],
    ['\ud800', ''],
  ])('is found in %j by its place', (body, place) => {
    expect(placeIn(body)).toBe(place)
  })

  it.each([
    ['a whole character as two escapes', '["\\ud83d\\ude00", "\\uD83D\\uDE00"]'],
    ['a whole character as it is', '["😀"]'],
    ['a backslash and letters', '["\\\\ud83d", "\\\\\\\\udc00"]'],
    ['other escapes', '["\\u0000\\ud7ff\\ue000\\n"]'],
  ])('is not found in %s', (_name, json) => {
    expect(placeInText(json)).toBeUndefined()
  })

  it('is found after an escaped backslash', () => {
    expect(placeInText('["\\\\\\ud83d"]')).toBe('[0]')
    expect(placeInText('["\\\\ud83d\\ude00"]')).toBe('[0]')
  })

  it('is found exactly if the text is not well formed, for any text', () => {
    const unit = fc.constantFrom('\ud83d', '\ude00', '\\', 'u', 'a', 'd83d', '\u0000', '"')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const text = units.join('')
        const json = JSON.stringify([text]).replace(/[\ud800-\udfff]/g, (one) => `\\u${one.charCodeAt(0).toString(16)}`)
        expect(halfCharacterAt(json, JSON.parse(json))).toBe(text.isWellFormed() ? undefined : '[0]')
      }),
      { numRuns: 2000 },
    )
  })

  it('is found in a body that is nested deeper than the call stack allows', () => {
    const depth = 50_000
    expect(placeInText(`${'['.repeat(depth)}"\\ud800"${']'.repeat(depth)}`)).toMatch(/^(?:\[0\])+$/)
  })
})
