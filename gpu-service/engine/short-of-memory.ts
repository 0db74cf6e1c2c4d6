import { messageOf } from '../../shared/errors.ts'

/** Whether memory was too small for what a model needed just then, in the words of the runtime's arena, of C++ and of CUDA. */
export const isShortOfMemory = (error: unknown): boolean =>
  /Failed to allocate memory|std::bad_alloc|out of memory/i.test(messageOf(error))
