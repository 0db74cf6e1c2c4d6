import * as z from 'zod'
import { hasSlot } from '../text/label-template.ts'
import { text, trueOrFalse, truncationParameters } from '../text/parameters.ts'

const labelsMax = 512
const listOfLabels = 'must be a list of labels, or labels with commas between them'

/** Labels as a list, or in one string separated by commas. */
const labels = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          // Enough to see that there are too many.
          .split(',', 4 * labelsMax)
          .map((label) => label.trim())
          .filter(Boolean)
      : value,
  z
    .array(text, listOfLabels)
    .min(1, 'must name at least one label')
    .max(labelsMax, `must name at most ${labelsMax} labels`),
)

export const zeroShotParameters = z.object({
  ...truncationParameters,
  candidate_labels: labels,
  multi_label: trueOrFalse.default(false),
  hypothesis_template: text.refine(hasSlot, 'must hold {} where the label goes').default('This example is {}.'),
})
