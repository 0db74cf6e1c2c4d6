import { text } from 'node:stream/consumers'
import { CommandFailed, UsageError } from './command.ts'
import type { Terminal } from './terminal.ts'

/**
 * Reads secrets that must not be in a process's arguments, as they were typed: each from a hidden prompt on a terminal,
 * else from a line of standard input. @throws UsageError for a missing one
 */
export async function readSecrets(terminal: Terminal, names: readonly string[]): Promise<string[]> {
  const lines = terminal.input.isTTY === true ? await promptFor(terminal, names) : await linesOf(terminal)
  return names.map((name, at) => {
    const secret = lines[at] ?? ''
    if (secret.trim() === '')
      throw new UsageError(`standard input has no ${name}: send it there, one line for each secret`)
    return secret
  })
}

const linesOf = async ({ input }: Terminal): Promise<string[]> => (await text(input)).split(/\r?\n/)

/** The terminal is in raw mode meanwhile, which shows nothing of what is typed. */
async function promptFor({ input, err }: Terminal, names: readonly string[]): Promise<string[]> {
  const typed: string[] = ['']
  const ask = () => err(`${names[typed.length - 1]} (hidden): `)
  input.setRawMode?.(true)
  try {
    ask()
    for await (const bytes of input) {
      for (const character of Buffer.from(bytes).toString('utf8')) {
        if (character === '\x03') throw new CommandFailed('interrupted')
        const last = typed.pop() ?? ''
        if (character === '\r' || character === '\n') {
          err('\n')
          typed.push(last, '')
          if (typed.length > names.length) return typed
          ask()
        } else if (character === '\x7f' || character === '\b') typed.push(last.slice(0, -1))
        else typed.push(last + character)
      }
    }
    return typed
  } finally {
    input.setRawMode?.(false)
  }
}
