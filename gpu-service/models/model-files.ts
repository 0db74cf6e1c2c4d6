import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { errors, messageOf } from '../../shared/errors.ts'
import { validationError } from '../../shared/http/json-body.ts'
import { parseInSteps } from '../../shared/http/json-steps.ts'
import { plainIssues } from '../../shared/plain-issues.ts'
import { afterSteps, yieldTurnAfter } from '../yield-turn.ts'

/** The verified files of one revision on this disk. */
export interface ModelFiles {
  /** The folder that holds them, under their paths in the repo. */
  root: string
  paths: ReadonlySet<string>
}

export const localPath = ({ root }: ModelFiles, path: string): string => join(root, path)

const chunkBytes = 512 * 1024

/**
 * Reads a JSON file of the repo, in slices, because a tokenizer may have many megabytes; undefined if it does not exist.
 *
 * @param namesOf filled with the names in long objects
 * @throws AppError `unsupported_model` naming the file
 */
export async function readConfig<Schema extends z.ZodType>(
  files: ModelFiles,
  path: string,
  schema: Schema,
  namesOf?: WeakMap<object, string[]>,
): Promise<z.output<Schema> | undefined> {
  if (!files.paths.has(path)) return undefined
  let text = ''
  const chunks = createReadStream(localPath(files, path), { encoding: 'utf8', highWaterMark: chunkBytes })
  for await (const chunk of chunks) text += chunk
  try {
    return schema.parse(await afterSteps(parseInSteps(text, undefined, namesOf), yieldTurnAfter()), plainIssues)
  } catch (error) {
    throw errors.unsupportedModel(`the file "${path}" could not be read: ${saidOf(error)}`)
  }
}

/** Zod's own message is a page of JSON. */
const saidOf = (error: unknown): string =>
  error instanceof z.ZodError ? validationError(error, 'it').message : messageOf(error)
