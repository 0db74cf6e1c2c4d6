import { type Stage, type Staged, stagesOf } from './tokenizer-stages.ts'

/**
 * Makes stages that prepend something to a text, or to each word, leave it out for a piece that was cut from the middle
 * of a text.
 *
 * @returns a function to call with each piece before it passes through the stages
 */
export function trackPieceStart({ normalizer, pre_tokenizer }: Omit<Staged, 'decoder'>): (piece: PieceStart) => void {
  let isStart = true
  let isWithinWord = false
  for (const stage of stagesOf({ normalizer, pre_tokenizer: null, decoder: null })) {
    const { normalize } = stage
    if (stage.config?.type !== 'Prepend' || normalize === undefined) continue
    stage.normalize = (text) => (isStart ? normalize.call(stage, text) : text)
  }
  const splitters: SplittingStage[] = stagesOf({ normalizer: null, pre_tokenizer, decoder: null })
  for (const stage of splitters) {
    const { pre_tokenize: split, str_rep: mark } = stage
    if (mark === undefined || split === undefined) continue
    stage.pre_tokenize = (text, options) => {
      const words = split.call(stage, text, options)
      const [first = ''] = words
      const given = typeof text === 'string' ? text : (text[0] ?? '')
      if (isWithinWord && options?.section_index === 0 && first.length > given.length)
        words[0] = first.slice(mark.length)
      isWithinWord = false
      return words
    }
  }
  const [first] = splitters
  const addsSpace = first?.add_prefix_space === true
  return (piece) => {
    isStart = piece.isStart
    isWithinWord = !isStart && piece.text[0] !== ' '
    if (addsSpace) first.add_prefix_space = isStart
  }
}

interface PieceStart {
  text: string
  /** Whether it is the first piece of its text. */
  isStart: boolean
}

/** The fields of the library's Metaspace and ByteLevel. */
interface SplittingStage extends Omit<Stage, 'pre_tokenize'> {
  pre_tokenize?(text: string | string[], options?: { section_index?: number }): string[]
  str_rep?: string
  add_prefix_space?: boolean
}
