import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'
import type { Context } from 'hono'
import type { Tensor, Tensors } from '../../engine/engine.ts'
import { flatPieces } from '../../tasks/tensors/write-nested.ts'
import type { YieldTurn } from '../../yield-turn.ts'
import type { ServingEnvironment } from '../serving-environment.ts'
import { writeBinary } from './binary-tensor.ts'
import { datatypeOf } from './datatypes.ts'
import { joinBytes } from './join-bytes.ts'

const packers = { gzip: promisify(gzip), deflate: promisify(deflate) }
/** Below this, compression costs more than it saves. */
const packedBytesMin = 1024

interface InferAnswer {
  /** The headers of every answer. */
  headers: Record<string, string>
  model: string
  version: string
  id: string | undefined
  tensors: Tensors
  /** In the order of the answer. */
  outputs: readonly { name: string; isBinary: boolean }[]
  yieldTurn: YieldTurn
}

/** Answers with tensors as JSON, and those requested as binary as bytes after it. */
export async function answerInfer(context: Context<ServingEnvironment>, answer: InferAnswer): Promise<Response> {
  const header: Buffer[] = []
  const binary: Uint8Array[] = []
  const { model, version, id, yieldTurn } = answer
  const about = { model_name: model, model_version: version, ...(id !== undefined && { id }) }
  header.push(Buffer.from(`${JSON.stringify(about).slice(0, -1)},"outputs":[`))
  for (const [index, { name, isBinary }] of answer.outputs.entries()) {
    const tensor = answer.tensors[name]
    if (tensor === undefined) throw new Error(`the model gave no "${name}"`)
    if (index > 0) header.push(Buffer.from(','))
    const bytes = isBinary ? await writeBinary(tensor, yieldTurn) : undefined
    if (bytes !== undefined) binary.push(bytes)
    header.push(Buffer.from(signatureOf(name, tensor, bytes?.byteLength)))
    if (bytes === undefined) for await (const piece of dataPieces(tensor)) header.push(Buffer.from(piece))
    header.push(Buffer.from('}'))
  }
  header.push(Buffer.from(']}'))
  const jsonBytes = header.reduce((total, { byteLength }) => total + byteLength, 0)
  const isBinary = binary.length > 0
  const headers = {
    ...answer.headers,
    ...(isBinary && { 'inference-header-content-length': String(jsonBytes) }),
    'content-type': isBinary ? 'application/octet-stream' : 'application/json',
  }
  return sendPacked({ context, headers, body: await joinBytes([...header, ...binary], yieldTurn) })
}

function signatureOf(name: string, { type, dims }: Tensor, sizeBytes: number | undefined): string {
  const parameters = sizeBytes === undefined ? undefined : { binary_data_size: sizeBytes }
  return JSON.stringify({ name, datatype: datatypeOf(type), shape: dims, ...(parameters && { parameters }) }).slice(
    0,
    -1,
  )
}

async function* dataPieces(tensor: Tensor): AsyncGenerator<string> {
  yield ',"data":['
  yield* flatPieces(tensor)
  yield ']'
}

/** Compresses in the thread pool if the client accepts that. */
async function sendPacked({ context, headers, body }: SendPacked): Promise<Response> {
  const accepted = context.req.header('accept-encoding') ?? ''
  const coding = /\bgzip\b/i.test(accepted) ? 'gzip' : /\bdeflate\b/i.test(accepted) ? 'deflate' : undefined
  if (coding === undefined || body.byteLength < packedBytesMin) return new Response(body, { headers })
  const packed = await packers[coding](body, { level: 1 })
  return new Response(new Uint8Array(packed), {
    headers: { ...headers, 'content-encoding': coding, vary: 'accept-encoding' },
  })
}

interface SendPacked {
  context: Context<ServingEnvironment>
  headers: Record<string, string>
  body: Uint8Array<ArrayBuffer>
}
