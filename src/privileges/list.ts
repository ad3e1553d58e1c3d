/** R3: the privileges that exist, each held on its own; guard, forms, templates and documentation read this list. */
export const privilegeList = ['supervisor', 'licensing', 'reporting'] as const

export type Privilege = (typeof privilegeList)[number]

/** What a person may do in one company. */
export type Holds = Record<Privilege, boolean>

export const holdsNothing: Holds = { supervisor: false, licensing: false, reporting: false }

export function isPrivilege(value: unknown): value is Privilege {
  return privilegeList.some((privilege) => privilege === value)
}
