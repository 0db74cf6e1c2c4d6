import { compilePattern } from '../../../shared/model/path-pattern.ts'

/** Git's own limit is none; this is a client's text. */
const rulesMax = 1000

interface Rule {
  takesBack: boolean
  foldersOnly: boolean
  matches: (path: string) => boolean
}

/** Judges paths by the text of a `.gitignore`: the last rule that speaks of a path or of a folder above it decides. */
export function compileGitIgnore(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .slice(0, rulesMax)
    .map(toRule)
  const isIgnored = (path: string, isFolder: boolean): boolean => {
    const rule = rules.findLast(({ foldersOnly, matches }) => (isFolder || !foldersOnly) && matches(path))
    return rule !== undefined && !rule.takesBack
  }
  return (path) => {
    const segments = path.split('/')
    // Nothing in a folder that is ignored can be taken back.
    const above = segments.slice(0, -1).map((_, at) => segments.slice(0, at + 1).join('/'))
    return above.some((folder) => isIgnored(folder, true)) || isIgnored(path, false)
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
