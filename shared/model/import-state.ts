/**
 * The states of an import. Every change is conditional on the state it leaves, so a late or repeated message changes
 * nothing.
 */
export const importStates = ['PENDING', 'TRANSFERRING', 'INSPECTING', 'READY', 'FAILED'] as const
export type ImportState = (typeof importStates)[number]

export const isActiveImport = (state: ImportState): boolean => state !== 'READY' && state !== 'FAILED'
