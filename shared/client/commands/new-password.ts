import { randomBytes } from 'node:crypto'
import { type Invocation, UsageError } from '../command.ts'
import type { Terminal } from '../terminal.ts'

interface NewPassword {
  password: string
  /** Whether nobody knows it yet, so that it has to be said. */
  isMade: boolean
}

/** One that is read from standard input where that is asked for, or made: never an option, which others can see. */
export async function newPassword({ options, terminal }: Invocation): Promise<NewPassword> {
  if (options['password-stdin'] !== true) return { password: randomBytes(18).toString('base64url'), isMade: true }
  const password = (await textOf(terminal)).replace(/\r?\n$/, '')
  if (password === '') throw new UsageError('--password-stdin reads a password from standard input, which is empty')
  return { password, isMade: false }
}

async function textOf({ input }: Terminal): Promise<string> {
  return Buffer.concat(await Array.fromAsync(input)).toString('utf8')
}

export const passwordOption = { 'password-stdin': { type: 'boolean' as const } }
