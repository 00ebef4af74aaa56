import { waitTimeout } from '../config/client-config.ts'
import { oftenSet, settingGroups, settingOf } from '../config/setting-groups.ts'
import { allSettings, environmentName, flagName, type Setting } from '../config/settings.ts'
import { type CommandInfo, type CommandName, commands } from './commands.ts'

/** Returns the first help anybody sees: it fits a screen, and names everything there is. */
export function overview(): string {
  const names = Object.entries<CommandInfo>(commands).map(
    ([name, { summary }]) =>
      `  ${`${name} ${name === 'get' ? 'USER...' : ''}`.padEnd(16)}${summary}`,
  )
  const others = allSettings.filter((setting) => !oftenSet.some((key) => key === setting.key))
  return `tagside: push tags of Tencent Cloud Chat users, cached beside your pods

Usage: tagside [COMMAND] [--FLAG VALUE]...

${names.join('\n')}
  COMMAND --help  all about one command

${rows(oftenSet.map((key) => settingOf(key)))}

All others, told about by tagside serve --help:
${wrapped(others.map((setting) => spelling(setting)))}

${SPELLINGS}`
}

const SPELLINGS = `Every flag is also a variable (--ttl 60s is TAGSIDE_TTL=60s) and a key of a JSON
file (--config FILE with "ttl": "60s"). Flags win over variables, variables over
the file. Durations: 250ms, 30s, 5m, 24h. Sizes: 64MiB.`

/** Returns all there is to know about a command, with every flag it takes. */
export function commandHelp(name: CommandName): string {
  const { usage, summary, line, more }: CommandInfo = commands[name]
  const settings = name === 'serve' || name === 'check-config' ? groups() : flags(line.keys)
  return `tagside ${name}: ${summary}

Usage: tagside ${name === 'serve' ? '[serve]' : name} ${usage}

${more}

${settings}

${SPELLINGS}`
}

function groups(): string {
  return settingGroups
    .map(({ title, keys }) => `${title}\n${rows(keys.map((key) => settingOf(key)))}`)
    .join('\n\n')
}

function flags(keys: readonly string[]): string {
  const known = [waitTimeout, ...allSettings]
  return rows(keys.flatMap((key) => known.filter((setting) => setting.key === key)))
}

/** A secret has a variable alone. */
function spelling({ key, isSecret }: Setting<unknown>): string {
  return isSecret === true ? environmentName(key) : flagName(key)
}

function rows(settings: readonly Setting<unknown>[]): string {
  const names = settings.map((setting) => named(setting))
  const width = Math.max(...names.map((name) => name.length)) + 2
  return settings
    .map(({ meaning, fallback }, index) => {
      const text = `${meaning}${fallback === undefined ? '' : ` (${fallback})`}`
      return `  ${names[index]?.padEnd(width)}${text}`
    })
    .join('\n')
}

function named(setting: Setting<unknown>): string {
  const name = spelling(setting)
  return setting.isSecret === true ? name : `${name} ${setting.kind.placeholder}`
}

function wrapped(words: readonly string[]): string {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > 78) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}
