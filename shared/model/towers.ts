/** A CLIP that was exported as two graphs: one reads texts, the other pictures, of one precision in one folder. */
export interface Towers {
  text: string
  vision: string
}

/** The two files of which one is named, as exporters call them: `text_model.onnx` and `vision_model_fp16.onnx`. */
export function towersOf(path: string): Towers | undefined {
  const found = /^(.*\/)?(?:text|vision)_model([._-][^/]*)?\.onnx$/.exec(path)
  if (found === null) return undefined
  const [, folder = '', rest = ''] = found
  const named = (tower: string) => `${folder}${tower}_model${rest}.onnx`
  return { text: named('text'), vision: named('vision') }
}

/** The tower that does a task, or is deployed for both of them. */
export const towerFor = (task: string | undefined): keyof Towers | undefined => towerTasks.get(task)

/** Whether a task is done by both at once, which are then of one precision. */
export const needsBothTowers = (task: string | undefined): boolean => task === 'zero-shot-image-classification'

const towerTasks = new Map<string | undefined, keyof Towers>([
  ['zero-shot-image-classification', 'vision'],
  ['image-feature-extraction', 'vision'],
  ['feature-extraction', 'text'],
  ['sentence-similarity', 'text'],
])
