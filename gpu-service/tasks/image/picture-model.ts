import { errors } from '../../../shared/errors.ts'
import type { OnnxHeader } from '../../../shared/onnx/onnx-header.ts'
import type { Tensor } from '../../engine/engine.ts'
import type { ModelFiles } from '../../models/model-files.ts'
import type { RunSettings } from '../task.ts'
import { type PictureGraph, readPictureGraph } from './picture-graph.ts'
import { type PictureInput, readPictureInputs } from './picture-input.ts'
import { picturesMax } from './picture-limits.ts'
import type { Asker } from './picture-queue.ts'
import { type PictureSettings, readPictureSettings } from './picture-settings.ts'
import type { Pictures } from './pictures.ts'
import { type Planes, pixelTensor, valueTable } from './pixel-values.ts'

/** What every picture task needs: how a model wants its pictures, and how to read them. */
export interface PictureModel extends PictureGraph {
  settings: PictureSettings
  tensor(pictures: readonly Planes[]): Tensor
  /** A black picture, for the warm-up. */
  blank: Planes
  /** Reads the pictures of a request. @throws AppError `invalid_input` naming the `param` of one that cannot be read */
  readAll(requests: readonly ReadPicture[], asker: Asker): Promise<Planes[]>
  /** Reads a pipeline's `inputs`: one picture or a list of them. @throws AppError `invalid_input` */
  readInputs(request: { inputs: unknown; asker: Asker }): Promise<{ planes: Planes[]; isList: boolean }>
  /** Its fields in `/info`. */
  describe: Record<string, unknown>
}

interface ReadPicture {
  picture: PictureInput
  param: string
}

/** @throws AppError `unsupported_model` */
export async function openPictureModel({ files, file, inputs, run }: OpenPictureModel): Promise<PictureModel> {
  const pictures = assertPictures(run.pictures)
  const settings = await readPictureSettings(files)
  const { size, fit, values } = settings
  const graph = readPictureGraph({ inputs, file, size, device: run.device })
  const table = valueTable(values)
  await pictures.start()
  const readAll: PictureModel['readAll'] = async (requests, { signal, tenant }) => {
    const others = new AbortController()
    const asker = { signal: AbortSignal.any([signal, others.signal]), tenant }
    try {
      return await Promise.all(requests.map((request) => pictures.read({ ...request, fit, asker })))
    } catch (error) {
      // Once one has failed, the others need not be read.
      others.abort()
      throw error
    }
  }
  return {
    ...graph,
    settings,
    tensor: (batch) => pixelTensor({ pictures: batch, size, table, ...graph, isReversed: values.isReversed }),
    blank: new Uint8Array(3 * size.width * size.height),
    readAll,
    async readInputs({ inputs, asker }) {
      const { pictures, isList } = readPictureInputs(inputs, picturesMax)
      const param = (index: number) => (isList ? `inputs[${index}]` : 'inputs')
      const requests = pictures.map((picture, index) => ({ picture, param: param(index) }))
      const planes = await readAll(requests, asker)
      return { planes, isList }
    },
    describe: {
      size: [size.height, size.width],
      resize: fit.resize?.kind === 'shortest' ? { shortestEdge: fit.resize.edge } : (fit.resize?.size ?? 'none'),
      resample: resamples[fit.resample],
      crop: fit.crop ?? 'none',
      mean: values.mean,
      std: values.std,
      rescaleFactor: values.rescaleFactor,
    },
  }
}

/** The same for a graph that takes nothing but pictures. @throws AppError `unsupported_model` */
export async function openPicturesOnly(source: OpenPictureModel): Promise<PictureModel> {
  const picture = await openPictureModel(source)
  const foreign = source.inputs.find(({ name }) => name !== picture.input)
  if (foreign === undefined) return picture
  throw errors.unsupportedModel(`"${source.file}" has an input "${foreign.name}" in addition to pictures.`)
}

interface OpenPictureModel {
  files: ModelFiles
  file: string
  inputs: OnnxHeader['inputs']
  run: RunSettings
}

const resamples = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const

function assertPictures(pictures: Pictures | undefined): Pictures {
  if (pictures === undefined) throw errors.unsupportedModel('this host does not read pictures.')
  return pictures
}
