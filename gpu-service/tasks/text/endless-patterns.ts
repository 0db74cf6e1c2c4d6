import { errors } from '../../../shared/errors.ts'
import { mayRunAway } from './pattern-cost.ts'

/** More than any tokenizer that was made for texts. */
const patternsMax = 1000

/**
 * Texts are turned into tokens on the thread that answers everybody, so a pattern of a model's own may not keep it.
 *
 * @param stages those of the library's tokenizer, which hold what the file says as it was compiled
 * @throws AppError `unsupported_model` naming the pattern
 */
export function refuseEndlessPatterns(stages: readonly unknown[]): void {
  const patterns = patternsIn(stages)
  if (patterns.length > patternsMax)
    throw errors.unsupportedModel(
      `the file "tokenizer.json" has ${patterns.length} patterns; the limit is ${patternsMax}.`,
    )
  const endless = patterns.find(mayRunAway)
  if (endless === undefined) return
  const shown = endless.source.length > 100 ? `${endless.source.slice(0, 100)}…` : endless.source
  throw errors.unsupportedModel(
    `the pattern "${shown}" in "tokenizer.json" may take minutes for a page of text, because it repeats what it can share out in many ways. Write it without a repetition inside or beside another one.`,
  )
}

function patternsIn(stages: readonly unknown[]): RegExp[] {
  const found: RegExp[] = []
  const seen = new Set(stages)
  // What is added to a set while it is gone through is gone through too.
  for (const stage of seen) {
    if (stage instanceof RegExp) found.push(stage)
    // The library's stages are functions with properties.
    else if (stage !== null && (typeof stage === 'object' || typeof stage === 'function'))
      for (const [name, part] of Object.entries(stage)) if (name !== 'config') seen.add(part)
  }
  return found
}
