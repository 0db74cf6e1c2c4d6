import type { AskClasses } from '../text/sequence-classifier.ts'

/**
 * Puts a prompt before the first text of each pair. Equal texts share the result: a long query that is joined anew for
 * each of two thousand documents would fill the memory.
 */
export const afterPrompt =
  (ask: AskClasses, prompt: string): AskClasses =>
  ({ inputs, ...how }) => {
    const joined = new Map<string, string>()
    const afterIt = (text: string) => {
      const whole = joined.get(text) ?? prompt + text
      joined.set(text, whole)
      return whole
    }
    return ask({
      ...how,
      inputs: inputs.map((input) => (input.pair === undefined ? input : { ...input, text: afterIt(input.text) })),
    })
  }
