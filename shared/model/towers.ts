/** A CLIP exported as two graphs, one for texts and one for images, in the same folder and precision. */
export interface Towers {
  text: string
  vision: string
}

/** Both files, given either: exporters call them `text_model.onnx`, `vision_model_fp16.onnx` and so on. */
export function towersOf(path: string): Towers | undefined {
  const found = /^(.*\/)?(?:text|vision)_model([._-][^/]*)?\.onnx$/.exec(path)
  if (found === null) return undefined
  const [, folder = '', rest = ''] = found
  const named = (tower: string) => `${folder}${tower}_model${rest}.onnx`
  return { text: named('text'), vision: named('vision') }
}

/** The tower that does a task, or that stands for both. */
export const towerFor = (task: string | undefined): keyof Towers | undefined => towerTasks.get(task)

/** Whether a task needs both towers, which must then have one precision. */
export const needsBothTowers = (task: string | undefined): boolean => task === 'zero-shot-image-classification'

const towerTasks = new Map<string | undefined, keyof Towers>([
  ['zero-shot-image-classification', 'vision'],
  ['image-feature-extraction', 'vision'],
  ['feature-extraction', 'text'],
  ['sentence-similarity', 'text'],
])
