import { errors } from '../../../shared/errors.ts'
import { mapInSlices, yieldTurnFor } from '../../yield-turn.ts'
import type { Token, TokenizerCapability } from '../capabilities.ts'
import { codePointCounter } from './code-points.ts'
import { assembleLocated, specialToken } from './encoded-text.ts'
import { gatherPlaced } from './text-pieces.ts'
import { specialCount } from './token-template.ts'
import type { TextTokenizer } from './tokenizer.ts'

/** Exposes a tokenizer to clients. Texts are not truncated; those over the limit are refused. */
export function tokenizerCapability(tokenizer: TextTokenizer): TokenizerCapability {
  const { template, tokenOf } = tokenizer
  const known = (id: number) => Number.isInteger(id) && id >= 0 && tokenOf(id) !== undefined
  return {
    async tokenize({ texts, addSpecialTokens, tokensMax, signal }) {
      const yieldTurn = yieldTurnFor(signal)
      const parts = addSpecialTokens ? template.single : [{ sequence: 0 as const, typeId: 0 }]
      const lists: Token[][] = []
      let room = tokensMax
      for (const text of texts) {
        const tokensOf = (piece: { start: number; end: number }) => tokenizer.spanned(text, piece)
        // Tokenises no more than is needed to see that the limit is exceeded.
        const spanned = await gatherPlaced({ text, from: 'start', enough: room + 1, tokensOf, yieldTurn })
        room -= spanned.length + specialCount(parts)
        if (room < 0)
          throw errors.invalidInput(`"inputs" has too many tokens; the limit is ${tokensMax} per request.`, 'inputs')
        const { ids, sequences, starts, ends } = assembleLocated(parts, [spanned])
        const inCharacters = codePointCounter(text)
        const toToken = (id: number, index: number): Token => {
          const [start, end] = [starts[index] ?? 0, ends[index] ?? 0]
          if (sequences[index] === specialToken) return { id, text: tokenOf(id) ?? '', special: true }
          const place = { start: inCharacters(start), stop: inCharacters(end) }
          return { id, text: text.slice(start, end), special: false, ...place }
        }
        lists.push(await mapInSlices({ items: ids, signal, map: toToken }))
      }
      return lists
    },
    decode({ ids, skipSpecialTokens }) {
      const wrong = ids.findIndex((id) => !known(id))
      if (wrong >= 0)
        throw errors.invalidInput(
          `"ids[${wrong}]" is ${ids[wrong]}, which is not a token of this model.`,
          `ids[${wrong}]`,
        )
      return tokenizer.decode(ids, skipSpecialTokens)
    },
  }
}
