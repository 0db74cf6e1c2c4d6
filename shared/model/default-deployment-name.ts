/** For example, `sentence-transformers/all-MiniLM-L6-v2` becomes `all-minilm-l6-v2`. */
export const defaultDeploymentName = (repo: string): string => {
  const [, name = ''] = repo.split('/')
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
  return label.replace(/^-+|-+$/g, '') || 'model'
}
