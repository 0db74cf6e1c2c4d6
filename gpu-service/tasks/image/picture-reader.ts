import { availableParallelism } from 'node:os'
import { errors } from '../../../shared/errors.ts'
import type { FitSettings } from './fit.ts'
import { DecoderDied, PictureDecoder } from './picture-decoder.ts'
import { formatOf, pictureFormats } from './picture-format.ts'
import { pictureMaxBytes } from './picture-limits.ts'
import { type Asker, PictureQueue } from './picture-queue.ts'

/** Decodes pictures in separate processes. */
export interface Pictures {
  /** Starts a process, so that the first picture does not wait for it. */
  start(): Promise<void>
  /**
   * Returns the planes of a picture, resized for the model. @throws AppError `invalid_input` naming `param`,
   * `overloaded`
   */
  read(request: ReadPicture): Promise<Uint8Array>
}

export interface ReadPicture {
  bytes: Uint8Array
  fit: FitSettings
  param: string
  asker: Asker
}

interface PictureReaderOptions {
  /** The location of `picture-process.ts`. */
  processUrl: URL
  decoders?: number
  /** A picture with a longer predicted wait is refused. */
  waitMsMax?: number
}

/**
 * A few decoders for all models of a host. Each handles one picture at a time, so that a crash is known to be that
 * picture's fault.
 */
export class PictureReader implements Pictures {
  readonly #decoders: PictureDecoder[]
  readonly #free: PictureDecoder[]
  readonly #waiting: PictureQueue<PictureDecoder>
  /** Moving average of the decoding time. */
  #pictureMs = 10

  constructor({ processUrl, decoders = defaultDecoders(), waitMsMax = 2000 }: PictureReaderOptions) {
    this.#waiting = new PictureQueue({ decoders, waitMsMax })
    this.#decoders = Array.from({ length: decoders }, () => new PictureDecoder({ processUrl }))
    this.#free = [...this.#decoders]
  }

  async start(): Promise<void> {
    await this.#decoders[0]?.start()
  }

  async read({ bytes, fit, param, asker }: ReadPicture): Promise<Uint8Array> {
    if (bytes.length === 0) throw errors.invalidInput(`"${param}" is empty; send a ${pictureFormats} picture.`, param)
    if (bytes.length > pictureMaxBytes)
      throw errors.invalidInput(
        `"${param}" has ${bytes.length} bytes; the limit is ${pictureMaxBytes} per picture.`,
        param,
      )
    const format = formatOf(bytes)
    if (format === undefined)
      throw errors.invalidInput(`"${param}" is not a ${pictureFormats} picture, by its first bytes.`, param)
    if (format === 'heic')
      throw errors.invalidInput(`"${param}" is a HEIC picture, which is not read; send ${pictureFormats}.`, param)
    const decoder = await this.#take(bytes.length, asker)
    const startedMs = performance.now()
    try {
      const reply = await decoder.decode({ bytes, fit })
      if ('planes' in reply) return reply.planes
      throw errors.invalidInput(`"${param}" cannot be read: ${reply.fault}.`, param)
    } catch (error) {
      if (error instanceof DecoderDied) throw errors.invalidInput(`"${param}" cannot be read: ${error.message}.`, param)
      throw error
    } finally {
      this.#pictureMs += (performance.now() - startedMs - this.#pictureMs) / 8
      this.#give(decoder)
    }
  }

  async close(): Promise<void> {
    for (const decoder of this.#decoders) decoder.close()
  }

  #take(sizeBytes: number, asker: Asker): Promise<PictureDecoder> {
    if (asker.signal.aborted) throw errors.clientClosed()
    const free = this.#free.shift()
    if (free !== undefined) return Promise.resolve(free)
    return this.#waiting.wait({ sizeBytes, pictureMs: this.#pictureMs, asker })
  }

  #give(decoder: PictureDecoder): void {
    // Reuses the decoder that is already running, so that a second process starts only when two are needed.
    if (!this.#waiting.give(decoder)) this.#free.unshift(decoder)
  }
}

/** The engines need the cores, too. */
const defaultDecoders = (): number => Math.min(8, Math.max(1, Math.floor(availableParallelism() / 2)))
