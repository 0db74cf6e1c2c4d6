import { messageOf } from '../../shared/errors.ts'

const words = [
  // Of the runtime's arena, of C++, and of JavaScript.
  'Failed to allocate memory',
  'std::bad_alloc',
  'Array buffer allocation failed',
  // Of the system, where a file is mapped or a process is started.
  'Cannot allocate memory',
  'ENOMEM',
  // Of CUDA, and of its libraries, which take room of their own for each session.
  'out of memory',
  'STATUS_ALLOC_FAILED',
]

/** Whether memory was too small for what a model needed just then, in the words of whoever asked for it. */
export const isShortOfMemory = (error: unknown): boolean => new RegExp(words.join('|'), 'i').test(messageOf(error))
