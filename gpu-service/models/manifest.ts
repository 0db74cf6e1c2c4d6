import { buffer } from 'node:stream/consumers'
import { ZodError } from 'zod'
import { errors } from '../../shared/errors.ts'
import { type Manifest, manifest } from '../../shared/model/manifest.ts'
import { objectKeys } from '../../shared/objects/keys.ts'
import { ObjectMissing, type ObjectStore } from '../../shared/objects/object-store.ts'

/** The files of a revision. @throws AppError `unsupported_model` for a missing or invalid manifest */
export async function readManifest({ objects, repo, repoId, revision }: ReadManifest): Promise<Manifest> {
  const key = objectKeys.manifest(repoId, revision)
  try {
    const { body } = await objects.get({ key })
    return manifest.parse(JSON.parse((await buffer(body)).toString()))
  } catch (error) {
    if (error instanceof ObjectMissing)
      throw errors.unsupportedModel(`the revision ${revision} of "${repo}" has no manifest; import it again.`)
    if (error instanceof SyntaxError || error instanceof ZodError)
      throw errors.unsupportedModel(`the manifest of "${repo}" at ${revision} is damaged; import it again.`)
    throw error
  }
}

interface ReadManifest {
  objects: ObjectStore
  /** For error messages. */
  repo: string
  repoId: string
  revision: string
}
