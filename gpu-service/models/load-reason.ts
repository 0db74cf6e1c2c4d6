/** The runtime's reason why it cannot load a graph, with advice for known causes. */
export function loadReason(message: string): string {
  const [, locale] = /construct locale with name:([\w.@-]+)/.exec(message) ?? []
  // Removes the path on the server; the file's name in the repo is reported separately.
  if (locale === undefined) return message.replace(/Load model from .*? failed:\s*/s, '').trim()
  const [language, encoding = 'UTF-8'] = locale.split('.')
  return `its StringNormalizer needs the locale ${locale}, which this machine does not have. On Debian: apt-get install locales && localedef -i ${language} -f ${encoding} ${locale}`
}
