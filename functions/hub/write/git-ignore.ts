import { errors } from '../../../shared/errors.ts'
import { compilePattern } from '../../../shared/model/path-pattern.ts'

/** A rule follows each of its wildcards at once through a path, so these bound the time that a client can take. */
const wildcardsMax = 5
const rulesMax = 1000
/** Of rules times letters of paths: that of a thousand files and a long `.gitignore` is a tenth of it. */
const workMax = 10_000_000

interface Rule {
  takesBack: boolean
  foldersOnly: boolean
  matches: (path: string) => boolean
}

/**
 * Judges paths by the text of a `.gitignore`: the last rule that speaks of a path or of a folder above it decides.
 * @throws AppError where the rules, or what they are asked about, would take too long
 */
export function compileGitIgnore(text: string): (path: string) => boolean {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
  const endless = lines.find((line) => (line.match(/\*+|\?|\[/g) ?? []).length > wildcardsMax)
  if (endless !== undefined || lines.length > rulesMax)
    throw errors.invalidRequest(
      `The .gitignore has more than ${rulesMax} rules, or one with more than ${wildcardsMax} wildcards: ${endless?.slice(0, 100) ?? ''}`,
      'gitIgnore',
    )
  const rules = lines.map(toRule)
  const folders = new Map<string, boolean>()
  let work = 0
  const judge = (path: string, isFolder: boolean): boolean => {
    work += rules.length * path.length
    if (work > workMax) throw errors.invalidRequest('The .gitignore has too many rules for so many files.', 'gitIgnore')
    const rule = rules.findLast(({ foldersOnly, matches }) => (isFolder || !foldersOnly) && matches(path))
    return rule !== undefined && !rule.takesBack
  }
  const isFolderIgnored = (path: string): boolean => {
    const known = folders.get(path) ?? judge(path, true)
    folders.set(path, known)
    return known
  }
  return (path) => {
    const segments = path.split('/')
    // Nothing in a folder that is ignored can be taken back.
    const above = segments.slice(0, -1).map((_, at) => segments.slice(0, at + 1).join('/'))
    return above.some(isFolderIgnored) || judge(path, false)
  }
}

function toRule(line: string): Rule {
  const takesBack = line.startsWith('!')
  const text = line
    .replace(/^!/, '')
    .replace(/^\\(?=[#!])/, '')
    .replace(/(?<!\\)\s+$/, '')
  const foldersOnly = text.endsWith('/')
  const pattern = text.replace(/\/$/, '')
  // With a slash anywhere but at its end, a rule speaks of paths from the top; else of names in any folder.
  const anchored = pattern.includes('/')
  const matches = compilePattern(anchored ? pattern.replace(/^\//, '') : `**/${pattern}`)
  return { takesBack, foldersOnly, matches }
}
