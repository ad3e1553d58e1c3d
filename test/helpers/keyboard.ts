import type { Page } from 'playwright-core'

/** What has the focus: by name, whether its focus can be seen, and whether something lies over it. */
function focus(page: Page) {
  return page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return null
    const box = element.getBoundingClientRect()
    // A box that is ticked shows its focus on what is drawn before its label.
    const isTicked = element.matches('[type=radio], [type=checkbox]')
    const label = isTicked ? (element as HTMLInputElement).labels?.[0] : undefined
    const style = label ? getComputedStyle(label, '::before') : getComputedStyle(element)
    const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 20)]
    const over = document.elementFromPoint(x, y)
    const hasOutline = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2
    return {
      name: element.id || element.textContent?.trim().replace(/\s+/g, ' ').slice(0, 60) || element.tagName,
      isVisible: hasOutline || style.boxShadow !== 'none',
      isUncovered: Boolean(over && (element.contains(over) || over.contains(element))),
    }
  })
}

/** Presses Tab until the element of that ID or text has the focus; gives everything that had it on the way. */
export async function tabTo(
  page: Page,
  name: string,
): Promise<NonNullable<Awaited<ReturnType<typeof focus>>>[]> {
  const way: NonNullable<Awaited<ReturnType<typeof focus>>>[] = []
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const now = await focus(page)
    if (!now) continue
    way.push(now)
    if (now.name === name || now.name.startsWith(name)) return way
  }
  throw new Error(`Tab does not reach ${name}: ${way.map((one) => one.name).join(' > ')}`)
}

/** Presses Enter and waits for the page it leads to. */
export async function enter(page: Page): Promise<void> {
  await Promise.all([page.waitForEvent('domcontentloaded'), page.keyboard.press('Enter')])
}

/** Marks what Tab is to reach with its place in the page, and gives the places; of radio buttons of one name the first. */
function reachable(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const groups = new Set<string>()
    const all = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex="0"]',
    )
    const places: string[] = []
    for (const element of all) {
      if (element.matches(':disabled, [type=hidden], [tabindex="-1"]') || !element.checkVisibility()) continue
      const group = element.matches('[type=radio]') ? (element as HTMLInputElement).name : ''
      if (group && groups.has(group)) continue
      groups.add(group)
      element.dataset['place'] = String(places.length)
      places.push(element.dataset['place'])
    }
    return places
  })
}

/** Where each press of Tab leads, from the top of the page until it is left at its end. */
export async function walk(page: Page) {
  const wanted = await reachable(page)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  const places: string[] = []
  const unseen: string[] = []
  // A field for a date is several stops.
  for (let presses = 0; presses < wanted.length + 20; presses++) {
    await page.keyboard.press('Tab')
    const now = await focus(page)
    if (!now) break
    const place = await page.evaluate(() => (document.activeElement as HTMLElement).dataset['place'] ?? '?')
    if (places.length > 1 && place === places[0]) break
    if (place !== places.at(-1)) places.push(place)
    if (!now.isVisible || !now.isUncovered) unseen.push(now.name)
  }
  return { wanted, places, unseen }
}
