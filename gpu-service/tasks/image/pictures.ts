import { errors } from '../../../shared/errors.ts'
import type { FitSettings } from './fit.ts'
import type { PictureInput } from './picture-input.ts'
import type { Asker } from './picture-queue.ts'
import { PictureReader } from './picture-reader.ts'
import type { RemotePictures } from './remote-pictures.ts'

/** What a host offers to picture tasks. */
export interface Pictures {
  /** Starts a decoder, so that the first picture does not wait for it. */
  start(): Promise<void>
  /**
   * Returns the planes of a picture, resized for the model. @throws AppError `invalid_input` naming `param`,
   * `overloaded`
   */
  read(request: ReadPictureInput): Promise<Uint8Array>
  close(): void
}

interface ReadPictureInput {
  picture: PictureInput
  fit: FitSettings
  /** The picture's name in the request. */
  param: string
  asker: Asker
}

/** Without `remote`, only pictures contained in the request are read. */
export function createPictures({ processUrl, remote }: PicturesOptions): Pictures {
  const reader = new PictureReader({ processUrl })
  return {
    start: () => reader.start(),
    close: () => reader.close(),
    async read({ picture, ...request }) {
      if ('bytes' in picture) return reader.read({ ...request, bytes: picture.bytes })
      const { param, asker } = request
      if (remote === undefined)
        throw errors.invalidInput(
          `"${param}" is a URL, and this host does not fetch pictures; send the picture itself, as base64.`,
          param,
        )
      return reader.read({ ...request, bytes: await remote.fetch({ url: picture.url, param, asker }) })
    },
  }
}

interface PicturesOptions {
  /** The location of `picture-process.ts`. */
  processUrl: URL
  remote: RemotePictures | undefined
}
