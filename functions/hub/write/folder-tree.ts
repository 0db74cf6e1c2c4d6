/** Paths by folder, so that a folder's files are found without visiting all others. */
interface FolderTree {
  add(path: string): void
  /** Removes a folder's content and returns every path that was in it, at any depth. */
  empty(folder: string): string[]
}

interface Folder {
  /** Whole paths. */
  files: Set<string>
  folders: Map<string, Folder>
}

const newFolder = (): Folder => ({ files: new Set(), folders: new Map() })

export function createFolderTree(paths: Iterable<string>): FolderTree {
  const root = newFolder()

  function add(path: string) {
    let folder = root
    for (const name of path.split('/').slice(0, -1)) {
      const inner = folder.folders.get(name) ?? newFolder()
      folder.folders.set(name, inner)
      folder = inner
    }
    folder.files.add(path)
  }

  function empty(path: string): string[] {
    const names = path.split('/')
    const name = names.pop() ?? ''
    let above: Folder | undefined = root
    for (const one of names) above = above?.folders.get(one)
    const folder = above?.folders.get(name)
    if (folder === undefined) return []
    // Detached as a whole, so that emptying a folder repeatedly only costs what was added since.
    above?.folders.delete(name)
    return [...pathsIn(folder)]
  }

  for (const path of paths) add(path)
  return { add, empty }
}

/** No deeper than a path may be. */
function* pathsIn({ files, folders }: Folder): Generator<string> {
  yield* files
  for (const inner of folders.values()) yield* pathsIn(inner)
}
