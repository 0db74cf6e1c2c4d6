import { errors } from '../errors.ts'
import { type ModelDevice, type NamedPrecision, type Precision, precisionOf, preferredPrecisions } from './precision.ts'
import { needsBothTowers, towerFor, towersOf } from './towers.ts'

/** The usual names of a model's only graph, best first. */
const usualStems = ['onnx/model', 'model']

/** The order among files of one precision: a CPU runs any of them, and an x86 server is fastest with its own. */
const variantOrder = [
  ...['', 'fp32', 'fp16', 'int8', 'quantized', 'q8', 'uint8', 'q4', 'optimized', 'o1', 'o2', 'o3', 'o4'],
  ...['qint8_avx512_vnni', 'qint8_avx512', 'quint8_avx2'],
]

/** The model file in the requested precision, or in the device's default. @throws AppError */
export function fileOfPrecision({ target, paths, task, precision, device }: FileOfPrecision): string {
  const files = paths.map((path) => ({ path, ...precisionOf(path) }))
  const ofModel = filesOfOneModel(files) ?? filesOfTower(files, task)
  if (paths.length === 0)
    throw errors.unsupportedModel(
      `"${target}" has no ONNX file. Slipway serves ONNX: export the model with "optimum-cli export onnx" or skl2onnx.`,
    )
  if (ofModel.length === 0)
    throw errors.unsupportedModel(`"${target}" has several ONNX files; name one with "file": ${paths.join(', ')}.`)
  for (const wanted of precision === undefined ? preferredPrecisions[device] : [precision]) {
    const [best] = ofModel.filter((file) => file.precision === wanted).sort(byVariant)
    if (best !== undefined) return best.path
  }
  const there = [...new Set(ofModel.map((file) => file.precision))].join(', ')
  throw errors.unsupportedModel(
    `"${target}" has no ${precision} file. Its ONNX files are ${there}; ask for one of these, or name a "file".`,
  )
}

interface FileOfPrecision {
  target: string
  /** The ONNX files of the revision. */
  paths: readonly string[]
  /** The task of the model. */
  task: string | undefined
  precision: Precision | undefined
  device: ModelDevice
}

type Candidate = NamedPrecision & { path: string }

/** `undefined` where there are several models and none has the usual name. */
function filesOfOneModel(files: readonly Candidate[]): Candidate[] | undefined {
  const stems = new Set(files.map(({ stem }) => stem))
  const [only] = stems.size === 1 ? stems : usualStems.filter((one) => stems.has(one))
  return only === undefined ? undefined : files.filter(({ stem }) => stem === only)
}

/** Of a model in two files, those that do its task; empty where several models make the choice ambiguous. */
function filesOfTower(files: readonly Candidate[], task: string | undefined): Candidate[] {
  const tower = towerFor(task)
  const paths = new Set(files.map(({ path }) => path))
  const stems = new Set(files.map(({ stem }) => stem))
  const found = files.filter(({ path, stem }) => {
    const towers = towersOf(path)
    const both = towersOf(`${stem}.onnx`)
    if (tower === undefined || towers?.[tower] !== path || both === undefined) return false
    if (needsBothTowers(task)) return paths.has(towers.text) && paths.has(towers.vision)
    // The other half may lack this precision, but it must exist.
    return Object.values(both).every((other) => stems.has(other.replace(/\.onnx$/, '')))
  })
  return new Set(found.map(({ stem }) => stem)).size === 1 ? found : []
}

const byVariant = (a: Candidate, b: Candidate): number => rank(a) - rank(b) || (a.path < b.path ? -1 : 1)

const rank = ({ variant }: Candidate): number => {
  const place = variantOrder.indexOf(variant)
  return place < 0 ? variantOrder.length : place
}
