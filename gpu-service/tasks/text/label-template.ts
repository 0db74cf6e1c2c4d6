import { errors } from '../../../shared/errors.ts'

/** As in Python's `str.format`: a doubled brace stands for one brace. */
const marks = /\{\{|\}\}|\{0?\}/g
/** Far more than any model reads. A template with many slots would turn slightly longer labels into gigabytes. */
const filledMax = 16_384

export const hasSlot = (template: string): boolean => partsOf(template).length > 1

/**
 * Fills every slot of the template, `{}`, with each label. @throws AppError `invalid_input` before making a text that is
 * too long
 */
export function fillTemplate(template: string, labels: readonly string[]): string[] {
  const parts = partsOf(template)
  const between = parts.reduce((total, { length }) => total + length, 0)
  const longest = labels.reduce((most, { length }) => Math.max(most, length), 0)
  if (between + longest * (parts.length - 1) > filledMax)
    throw errors.invalidInput(
      `"hypothesis_template" filled with a label of ${longest} characters has more than ${filledMax} characters.`,
      'hypothesis_template',
    )
  return labels.map((label) => parts.join(label))
}

/** The texts around the slots. */
function partsOf(template: string): string[] {
  const parts: string[] = []
  let part = ''
  let cursor = 0
  for (const { index, 0: mark } of template.matchAll(marks)) {
    part += template.slice(cursor, index)
    cursor = index + mark.length
    if (mark === '{{' || mark === '}}') part += mark.charAt(0)
    else {
      parts.push(part)
      part = ''
    }
  }
  return [...parts, part + template.slice(cursor)]
}
