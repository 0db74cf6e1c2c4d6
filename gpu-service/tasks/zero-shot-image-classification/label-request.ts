import { errors } from '../../../shared/errors.ts'
import { fillTemplate, hasSlot } from '../text/label-template.ts'

const labelsMax = 1000
const labelMaxCharacters = 4000
const templateDefault = 'This is a photo of {}.'

interface LabelRequest {
  labels: string[]
  /** The text that the model reads for each label. */
  texts: string[]
}

/**
 * Parses `candidate_labels` and `hypothesis_template`, as Hugging Face's clients send them. @throws AppError
 * `invalid_input`
 */
export function readLabelRequest(parameters: Record<string, unknown>): LabelRequest {
  const labels = readLabels(parameters.candidate_labels)
  const template = readTemplate(parameters.hypothesis_template)
  return { labels, texts: fillTemplate(template, labels) }
}

function readLabels(given: unknown): string[] {
  const param = 'candidate_labels'
  const labels: unknown =
    typeof given === 'string' ? given.split(',', 4 * labelsMax).map((label) => label.trim()) : given
  if (!Array.isArray(labels) || labels.length === 0)
    throw errors.invalidInput(`"${param}" must be a list of at least one text: the labels to choose from.`, param)
  if (labels.length > labelsMax)
    throw errors.invalidInput(`"${param}" has ${labels.length} labels; the limit is ${labelsMax} per request.`, param)
  return labels.map((label: unknown, index) => {
    const named = `${param}[${index}]`
    if (typeof label !== 'string' || label.trim() === '')
      throw errors.invalidInput(`"${named}" must be a text that is not empty.`, named)
    if (label.length > labelMaxCharacters)
      throw errors.invalidInput(`"${named}" has ${label.length} characters; the limit is ${labelMaxCharacters}.`, named)
    return label
  })
}

function readTemplate(given: unknown): string {
  const param = 'hypothesis_template'
  if (given === undefined || given === null) return templateDefault
  if (typeof given !== 'string' || !hasSlot(given) || given.length > labelMaxCharacters)
    throw errors.invalidInput(
      `"${param}" must be a text with "{}" where the label belongs, such as "${templateDefault}"`,
      param,
    )
  return given
}
