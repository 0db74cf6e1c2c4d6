/**
 * Stands in for zod where functions are bundled: a package that takes all of zod as one value would bring a quarter of
 * a megabyte of messages in every language. What is left out is undefined here, so that its use fails at once.
 */
import * as z from './zod-in-english.mjs'

export * from 'zod-in-all-languages'
export const locales = undefined
export const core = undefined
export { z, z as default }
