import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { errors } from '../../shared/errors.ts'

/**
 * OWASP's second choice for Argon2id: 19 MiB, so that a GPU with thousands of cores only has memory for a few guesses.
 */
const current = { memory: 19_456, passes: 2, parallelism: 1 }
const saltBytes = 16
const hashBytes = 32

/** The PHC string format, which other implementations write, too. */
const format = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Takes the same time and memory without a stored hash. */
  matches(password: string, stored: string | undefined): Promise<boolean>
}

interface PasswordHasherOptions {
  /** Concurrent hashes; each takes its memory, and a thread of the pool that file and DNS access need, too. */
  runningMax?: number
  /** How many may wait; further ones are refused. */
  waitingMax?: number
}

export function createPasswordHasher({ runningMax = 2, waitingMax = 100 }: PasswordHasherOptions = {}): PasswordHasher {
  const nobody = encode({ ...current, salt: randomBytes(saltBytes), hash: randomBytes(hashBytes) })
  const waiting: (() => void)[] = []
  let running = 0

  async function compute(password: string, { memory, passes, parallelism, salt }: Settings): Promise<Buffer> {
    if (running >= runningMax) {
      if (waiting.length >= waitingMax) throw errors.busy()
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else running++
    try {
      // Two ways to type the same characters are one password.
      const message = password.normalize('NFKC')
      return await derive('argon2id', { message, nonce: salt, memory, passes, parallelism, tagLength: hashBytes })
    } finally {
      // The next in line inherits the slot, which is free only when nobody waits.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }

  return {
    async hash(password) {
      const settings = { ...current, salt: randomBytes(saltBytes) }
      return encode({ ...settings, hash: await compute(password, settings) })
    },
    async matches(password, stored) {
      const { hash, ...settings } = decode(stored ?? nobody)
      const equal = timingSafeEqual(await compute(password, settings), hash)
      return stored !== undefined && equal
    },
  }
}

/** Whether a hash was made with weaker parameters than the current ones. */
export function isOutdated(stored: string): boolean {
  const { memory, passes, parallelism } = decode(stored)
  return memory !== current.memory || passes !== current.passes || parallelism !== current.parallelism
}

interface Settings {
  memory: number
  passes: number
  parallelism: number
  salt: Buffer
}

const derive: (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer> = promisify(argon2)

const encode = ({ memory, passes, parallelism, salt, hash }: Settings & { hash: Buffer }): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

function decode(stored: string): Settings & { hash: Buffer } {
  const [, memory, passes, parallelism, salt = '', hash = ''] = format.exec(stored) ?? []
  if (memory === undefined) throw new Error('a stored password hash is not of our format')
  const settings = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  return { ...settings, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}
