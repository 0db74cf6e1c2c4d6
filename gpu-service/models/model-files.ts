import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { errors, messageOf } from '../../shared/errors.ts'
import { validationError } from '../../shared/http/json-body.ts'

/** The verified files of one revision on this disk. */
export interface ModelFiles {
  /** The folder that holds them, under their paths in the repo. */
  root: string
  paths: ReadonlySet<string>
}

export const localPath = ({ root }: ModelFiles, path: string): string => join(root, path)

/**
 * Reads a JSON file of the repo; undefined if it does not exist. @throws AppError `unsupported_model` naming the file
 */
export async function readConfig<Schema extends z.ZodType>(
  files: ModelFiles,
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  if (!files.paths.has(path)) return undefined
  const text = await readFile(localPath(files, path), 'utf8')
  try {
    return schema.parse(JSON.parse(text))
  } catch (error) {
    throw errors.unsupportedModel(`the file "${path}" could not be read: ${saidOf(error)}`)
  }
}

/** Zod's own message is a page of JSON. */
const saidOf = (error: unknown): string =>
  error instanceof z.ZodError ? validationError(error, 'it').message : messageOf(error)
