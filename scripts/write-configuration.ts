/** Writes docs/configuration.md from the sidecar's table of settings: `node --conditions=source scripts/write-configuration.ts`. */
import { writeFileSync } from 'node:fs'

import { adviceRules } from '../packages/sidecar/src/config/advice.ts'
import { relations } from '../packages/sidecar/src/config/relations.ts'
import { settingDetails } from '../packages/sidecar/src/config/setting-details.ts'
import { settingGroups, settingOf } from '../packages/sidecar/src/config/setting-groups.ts'
import {
  environmentName,
  flagName,
  type SettingKey,
} from '../packages/sidecar/src/config/settings.ts'

/** Where the document is. */
export const documentUrl: URL = new URL('../docs/configuration.md', import.meta.url)

/** A file as an operator would write it. */
export const exampleFile = {
  sdkAppId: 1_400_000_000,
  secretKeyFile: '/run/secrets/chat-key',
  region: 'singapore',
  opsListen: '0.0.0.0:7431',
  ttl: '2m',
  callsPerSecond: 100,
  replicas: 4,
  allowedHosts: ['tagside.internal'],
}

/** Returns the document. */
export function configurationDocument(): string {
  return `# Configuration

This page is written by \`scripts/write-configuration.ts\` from the table of settings that the sidecar itself reads, and checked by \`npm test\`.

Every setting has three spellings: a flag (\`--ttl 60s\`), an environment variable (\`TAGSIDE_TTL=60s\`) and a key of a JSON file (\`"ttl": "60s"\`), named by
\`--config FILE\` or \`TAGSIDE_CONFIG\`. **Flags win over variables, variables over the file, the file over the default.** A name that there is not is an error
in all three, and the report says which one is near. Durations have a unit: \`250ms\`, \`30s\`, \`5m\`, \`24h\`, \`7d\`. Sizes too: \`512KiB\`, \`64MiB\`, \`1GiB\`.

\`\`\`sh
tagside check-config         # what is in force, where each value comes from, what follows from it, advice
tagside serve --help         # this table in short
\`\`\`

A wrong configuration is refused before anything listens: every problem in one report on standard error, exit status 2.

${settingGroups.map(chapter).join('\n\n')}

## Secrets

A command line is public, so the secret key and the access token have no flag. Put each into a file and name it: \`--secret-key-file\`, \`--access-token-file\`. Let only
the user of the sidecar read it, or its group: mode 0400, 0440 or 0640. \`TAGSIDE_SECRET_KEY\` and \`TAGSIDE_ACCESS_TOKEN\` are for trials. No report, log or page shows a secret.

## A file

\`\`\`json
${JSON.stringify(exampleFile, undefined, 2)}
\`\`\`

Values are texts as in the other two spellings; numbers may be JSON numbers, lists JSON arrays. There are no nested objects and no comments.

## What has to hold between settings

Otherwise the configuration is refused.

${relations.map(({ rule }) => `- ${rule}`).join('\n')}

## What is advised

\`tagside check-config\` prints advice, and a running sidecar logs it once, as \`config-advice\`. It stops nothing.

${adviceRules.map(({ rule }) => `- ${rule}`).join('\n')}
- Files of secrets can be read by nobody but their user and group.

## In Kubernetes

A Service named \`tagside\` makes Kubernetes set \`TAGSIDE_SERVICE_HOST\`, \`TAGSIDE_PORT\` and others in every pod beside it. They are no settings, and are refused: set
\`enableServiceLinks: false\` in the pod, or name the Service otherwise.
`
}

function chapter({ title, keys }: (typeof settingGroups)[number]): string {
  const rows = keys.map((key) => row(key)).join('\n')
  return `## ${title}\n\n| setting | accepts | default | meaning |\n|---|---|---|---|\n${rows}`
}

function row(key: SettingKey): string {
  const { kind, fallback, meaning, isSecret } = settingOf(key)
  const names = [...(isSecret === true ? [] : [flagName(key)]), environmentName(key), key]
  const cells = [
    names.map((name) => `\`${name}\``).join('<br>'),
    kind.expected,
    fallback === undefined ? '' : `\`${fallback}\``,
    `**${meaning[0]?.toUpperCase()}${meaning.slice(1)}.** ${settingDetails[key]}`,
  ]
  return `| ${cells.join(' | ')} |`
}

if (import.meta.main) writeFileSync(documentUrl, configurationDocument())
