import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/** JSON lines on stdout, or to `destination` (the local host makes them readable on a terminal). */
export function createLogger({ level, name, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: name === undefined ? {} : { service: name },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['authorization', 'token', 'key', 'headers.authorization', '*.authorization'],
      censor: '[redacted]',
    },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** The deployable: `registry`, `ingest`, `gpu-service`, …; a host of several gives each a child logger. */
  name?: string
  destination?: DestinationStream
}
