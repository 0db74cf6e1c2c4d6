import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { type Invocation, UsageError } from '../command.ts'

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
  const password = (await text(terminal.input)).replace(/\r?\n$/, '')
  if (password === '') throw new UsageError('--password-stdin reads a password from standard input, which is empty')
  return { password, isMade: false }
}

export const passwordOption = { 'password-stdin': { type: 'boolean' as const } }
