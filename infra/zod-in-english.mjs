/**
 * Replaces zod in bundles: a package that imports all of zod as one value would add a quarter of a megabyte of messages
 * in every language. Anything left out is undefined here, so that using it fails at once.
 */
import * as z from './zod-in-english.mjs'

export * from 'zod-in-all-languages'
export const locales = undefined
export const core = undefined
export { z, z as default }
