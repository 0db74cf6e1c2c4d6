import type { z } from 'zod'
import { errors, messageOf } from '../../../shared/errors.ts'
import { firstIssue } from '../../../shared/first-issue.ts'
import { duplicateKey } from '../../../shared/http/duplicate-key.ts'
import { halfCharacterAt } from '../../../shared/http/half-character.ts'
import { plainIssues } from '../../../shared/plain-issues.ts'
import { type CommitHeader, type CommitKey, type CommitOperation, commitValues } from './commit-operations.ts'
import { fromBase64 } from './from-base64.ts'
import { type LineLimits, readLines } from './read-lines.ts'

/** Python expects 100 MB; `preupload` steers clients far below, so that a commit fits through a Lambda. */
const commitLimits: LineLimits = { totalMaxBytes: 64 * 1024 ** 2, linesMax: 25_000 }

interface Commit {
  header: CommitHeader
  operations: CommitOperation[]
}

/** Reads the lines of a commit, the header first. @throws AppError naming the line at fault */
export async function readCommit(body: AsyncIterable<Uint8Array>, limits = commitLimits): Promise<Commit> {
  let header: CommitHeader | undefined
  const operations: CommitOperation[] = []
  let number = 0
  for await (const text of readLines(body, limits)) {
    number++
    const { key, value } = parseLine(text, number)
    if ((key === 'header') !== (number === 1))
      throw errors.invalidRequest(`Line ${number}: the header has to be the first line, and only there.`)
    if (key === 'header') header = parseValue(key, value, number)
    else operations.push(operationOf(key, value, number))
  }
  if (header === undefined) throw errors.invalidRequest('The commit is empty; its first line is {"key":"header",…}.')
  return { header, operations }
}

function parseLine(text: string, number: number): { key: CommitKey; value: unknown } {
  const twice = duplicateKey(text)
  let line: unknown
  try {
    line = JSON.parse(text)
  } catch (error) {
    throw errors.invalidRequest(`Line ${number} is not JSON: ${messageOf(error).slice(0, 200)}.`)
  }
  if (twice !== undefined) throw errors.invalidRequest(`Line ${number} holds "${twice.slice(0, 100)}" twice.`)
  const half = halfCharacterAt(text, line)?.slice(0, 200)
  if (half !== undefined) throw errors.invalidRequest(`Line ${number}: ${errors.halfCharacter(half).message}`, half)
  if (typeof line !== 'object' || line === null || !('key' in line) || !('value' in line))
    throw errors.invalidRequest(`Line ${number} is not {"key":…,"value":…}.`)
  const { key, value } = line
  if (typeof key !== 'string' || !Object.hasOwn(commitValues, key))
    throw errors.invalidRequest(
      `Line ${number}: ${JSON.stringify(key).slice(0, 100)} is not one of ${Object.keys(commitValues).join(', ')}.`,
    )
  return { key: key as CommitKey, value }
}

function parseValue<Key extends CommitKey>(key: Key, value: unknown, number: number) {
  const parsed = commitValues[key].safeParse(value, plainIssues)
  if (parsed.success) return parsed.data as z.output<(typeof commitValues)[Key]>
  const { path, message } = firstIssue(parsed.error)
  const name = [key, ...path].join('.')
  throw errors.invalidRequest(`Line ${number}, ${name}: ${message}.`, name)
}

function operationOf(kind: Exclude<CommitKey, 'header'>, value: unknown, number: number): CommitOperation {
  if (kind === 'file') {
    const { path, content, encoding } = parseValue(kind, value, number)
    return { kind, path, content: encoding === 'base64' ? fromBase64(content, path) : Buffer.from(content) }
  }
  if (kind === 'lfsFile') {
    const { path, oid, size } = parseValue(kind, value, number)
    return { kind, path, oid, sizeBytes: size }
  }
  return { kind, path: parseValue(kind, value, number).path }
}
