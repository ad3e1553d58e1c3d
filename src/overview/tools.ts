import type { Holds, Privilege } from '../privileges/list.ts'

type Tool = {
  /** Its words are `overview.tool.<name>`. */
  name: string
  /** Below the company's address. */
  path: string
  /** Any of these opens it; none: any association does. */
  anyOf: readonly Privilege[]
}

type Group = { name: string; tools: readonly Tool[] }

/** R1: the tools there are, grouped as on the overview. A tool not built yet is not named. */
const toolGroups: readonly Group[] = [
  {
    name: 'licensing',
    tools: [
      { name: 'configure', path: '/configure', anyOf: ['licensing'] },
      { name: 'move', path: '/move', anyOf: ['licensing'] },
      { name: 'replace', path: '/replace', anyOf: ['licensing'] },
      { name: 'return', path: '/return', anyOf: ['licensing'] },
      { name: 'addresses', path: '/addresses', anyOf: ['licensing'] },
      { name: 'temporary', path: '/temporary', anyOf: ['licensing'] },
      { name: 'bulk', path: '/bulk', anyOf: ['licensing'] },
      { name: 'plans', path: '/plans', anyOf: ['licensing'] },
      { name: 'summary', path: '/licenses', anyOf: ['licensing', 'reporting'] },
      { name: 'hosts', path: '/hosts', anyOf: ['licensing', 'reporting'] },
      { name: 'readFile', path: '/license-file', anyOf: ['licensing', 'reporting'] },
      { name: 'requests', path: '/requests', anyOf: [] },
    ],
  },
  {
    name: 'reporting',
    tools: [
      { name: 'packs', path: '/packs', anyOf: ['reporting'] },
      { name: 'report', path: '/report', anyOf: ['reporting'] },
    ],
  },
  {
    name: 'people',
    tools: [
      { name: 'people', path: '/people', anyOf: ['supervisor'] },
      { name: 'activity', path: '/activity', anyOf: ['supervisor'] },
    ],
  },
]

/**
 * R10: the tool that a path below a company's address belongs to; undefined where it is none of them, or where the page
 * takes other privileges than its tool (a host is seen with Reporting, changed with Licensing).
 */
export function toolAt(path: string, needs: readonly string[]): string | undefined {
  const all = toolGroups.flatMap(({ tools }) => tools)
  const tool = all.find((one) => path === one.path || path.startsWith(`${one.path}/`))
  return tool && needs.join() === tool.anyOf.join() ? tool.name : undefined
}

/** The groups with what a person may open; what they may not stays listed, with the privileges it takes. */
export function toolsFor(holds: Holds, base: string) {
  return toolGroups.map(({ name, tools }) => ({
    name,
    tools: tools.map((tool) => ({
      name: tool.name,
      href: `${base}${tool.path}`,
      takes: tool.anyOf,
      isOpen: tool.anyOf.length === 0 || tool.anyOf.some((privilege) => holds[privilege]),
    })),
  }))
}
