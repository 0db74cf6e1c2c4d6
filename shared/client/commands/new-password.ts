import { randomBytes } from 'node:crypto'
import { type Invocation, UsageError } from '../command.ts'
import type { Terminal } from '../terminal.ts'

interface NewPassword {
  password: string
  /** Whether it was generated, and therefore has to be shown. */
  isMade: boolean
}

/**
 * Reads a password from standard input if asked to, else generates one. Never an option, because other users can see a
 * process's arguments.
 */
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
