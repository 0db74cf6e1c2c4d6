import { setTimeout as wait } from 'node:timers/promises'

/** Where a command writes: answers to `out`, everything else to `err`. */
export interface Terminal {
  out: (text: string) => void
  err: (text: string) => void
  /** Whether `err` is a terminal that can be redrawn. */
  isTty: boolean
  input: AsyncIterable<Uint8Array> & { isTTY?: boolean; setRawMode?(isRaw: boolean): unknown }
  /** Aborts when the user presses Ctrl-C while watching; messages after that are still read. */
  interrupted?: AbortSignal
  /** @default - the machine's */
  clock?: Clock
}

export interface Clock {
  now: () => number
  wait: (ms: number) => Promise<unknown>
}

const realClock: Clock = { now: () => performance.now(), wait }

export type Progress = ReturnType<typeof createProgress>

/** A progress line, redrawn on a terminal and printed on each change elsewhere. */
export function createProgress(terminal: Terminal) {
  let last = ''
  const end = () => {
    if (terminal.isTty && last !== '') terminal.err('\r\x1b[2K')
    last = ''
  }
  return {
    show(line: string) {
      if (line === last) return
      last = line
      terminal.err(terminal.isTty ? `\r\x1b[2K${line}` : `${line}\n`)
    },
    /** Prints a line that is not redrawn. */
    say(line: string) {
      const drawn = last
      end()
      terminal.err(`${line}\n`)
      if (!terminal.isTty) last = drawn
    },
    end,
    interrupted: terminal.interrupted,
    clock: terminal.clock ?? realClock,
  }
}

/** Aligned columns, like `docker ps`. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) =>
    rows.reduce((width, row) => Math.max(width, printable(row[column]).length), title.length),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => printable(cell).padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd()
  return `${[header, ...rows].map(line).join('\n')}\n`
}

/** Replaces control characters in text from others, which a terminal would obey. */
export const printable = (text: string | undefined): string => (text ?? '').replace(/[\p{Cc}\p{Cf}]/gu, '?')
