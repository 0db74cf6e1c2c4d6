import { errors } from '../../../shared/errors.ts'
import { compilePattern } from '../../../shared/model/path-pattern.ts'

/** Matching follows all wildcards of a rule at once, so these limits bound its time. */
const wildcardsMax = 5
const rulesMax = 1000
/** Rules times path characters; a thousand files with a long `.gitignore` use a tenth of it. */
const workMax = 10_000_000

interface Rule {
  takesBack: boolean
  foldersOnly: boolean
  matches: (path: string) => boolean
}

/**
 * Compiles a `.gitignore`: the last rule that matches a path or a parent folder decides.
 * @throws AppError where matching would take too long
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
    // Nothing inside an ignored folder can be re-included.
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
  // A rule with a slash before its end is anchored at the top; otherwise it matches names in any folder.
  const anchored = pattern.includes('/')
  const matches = compilePattern(anchored ? pattern.replace(/^\//, '') : `**/${pattern}`)
  return { takesBack, foldersOnly, matches }
}
