import { errors } from '../../../shared/errors.ts'

const slot = '{}'
/** Far more than any model reads. A template with many slots would turn slightly longer labels into gigabytes. */
const filledMax = 16_384

export const hasSlot = (template: string): boolean => template.includes(slot)

/**
 * Fills every slot of the template with each label. @throws AppError `invalid_input` before making a text that is too
 * long
 */
export function fillTemplate(template: string, labels: readonly string[]): string[] {
  const parts = template.split(slot)
  const between = template.length - slot.length * (parts.length - 1)
  const longest = labels.reduce((most, { length }) => Math.max(most, length), 0)
  if (between + longest * (parts.length - 1) > filledMax)
    throw errors.invalidInput(
      `"hypothesis_template" filled with a label of ${longest} characters has more than ${filledMax} characters.`,
      'hypothesis_template',
    )
  return labels.map((label) => parts.join(label))
}
