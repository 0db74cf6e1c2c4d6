/** `sentence-transformers/all-MiniLM-L6-v2` is deployed as `all-minilm-l6-v2`. */
export const defaultDeploymentName = (repo: string): string => {
  const [, name = ''] = repo.split('/')
  const label = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
  return label.replace(/^-+|-+$/g, '') || 'model'
}
