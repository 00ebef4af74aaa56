import { createHash } from 'node:crypto'

import { readPackageFile } from '../package-file.ts'

/** The status page as it is served: one document that needs nothing else. */
export interface StatusPage {
  readonly html: string
  /** Lets the document's own style and script run, and lets it ask this listener; everything else is refused. */
  readonly contentSecurityPolicy: string
}

/** The page's script, in the order in which its modules need each other. */
const SCRIPT = ['words.js', 'writing.js', 'status.js']

/**
 * Reads the page's files into one document. They are files of their own so that editors, linters and the type checker know them; the sidecar
 * reads them when the page is first asked for.
 */
export function readStatusPage(): StatusPage {
  const style = read('status.css')
  const script = SCRIPT.map((name) => withoutModules(read(name))).join('\n')
  const html = read('status.html')
    // Functions, because a text would be searched for `$&` and the like.
    .replace('<link rel="stylesheet" href="status.css" />', () => `<style>${style}</style>`)
    .replace(' src="status.js"></script>', () => `>${script}</script>`)
  const contentSecurityPolicy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)}`,
    "connect-src 'self'",
    // The icon of the tab, which the page draws itself.
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ')
  return { html, contentSecurityPolicy }
}

function read(name: string): string {
  return readPackageFile(`status-page/${name}`)
}

/** A script inside the document can import nothing: what the modules import from each other is all there, in one scope. */
function withoutModules(script: string): string {
  return script
    .replaceAll(/^import \{[^}]*\} from '\.\/[a-z]+\.js'$/gm, '')
    .replaceAll(/^export /gm, '')
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
