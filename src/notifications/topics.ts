/** What a person may have mailed to them, or not, and whether it is as long as they chose nothing. */
export const topicDefaults = {
  'own-requests': true,
  'company-requests': false,
  expiry: true,
  maintenance: true,
  privileges: true,
} as const

export type Topic = keyof typeof topicDefaults
export const topics = Object.keys(topicDefaults) as Topic[]

/** Days before an end on which one is reminded, as long as one chose none. */
export const defaultLeadDays = [90, 30, 7]

/** Messages that a person may turn off. All others (an address to confirm, a password changed) are always sent. */
const topicsOfTemplate: Record<string, readonly Topic[]> = {
  'request-completed': ['own-requests'],
  'company-request': ['company-requests'],
  'privileges-changed': ['privileges'],
  'expiry-reminder': ['expiry', 'maintenance'],
}

export function topicsOf(template: string): readonly Topic[] {
  return topicsOfTemplate[template] ?? []
}

export function isTopic(text: unknown): text is Topic {
  return (topics as readonly unknown[]).includes(text)
}
