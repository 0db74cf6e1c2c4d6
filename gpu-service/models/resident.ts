/** A model that can come into the engines and leave them. */
export interface Resident {
  /** For messages. */
  readonly name: string
  /** What it takes in all engines together, as far as is known; before it was measured, the size of its files. */
  readonly sizeBytes: number
  /** Whether a run of it is in flight or work for it waits. */
  readonly isBusy: boolean
  /** How long it took to come in the last time. */
  readonly loadMs: number | undefined
  /** How long it stays without work; for ever where this is undefined. */
  readonly idleMsMax: number | undefined
  /** Goes into every engine; its work can be run from then on. */
  enter(): Promise<void>
  /** Ends the runs in flight, begins none, and gives the memory back. Never rejects. */
  leave(): Promise<void>
  /** Told that its memory was given to others. */
  left(): void
}

export type EvictionReason = 'memory' | 'idle' | 'unload'
