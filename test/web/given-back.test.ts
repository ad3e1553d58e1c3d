import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labelOf } from '../../src/web/field-labels.ts'
import { pageStates } from '../helpers/pages.ts'
import { makeStage, type Stage } from '../helpers/stage.ts'
import type { Answer } from '../helpers/visitor.ts'

// quality.md 11: a form that comes back says what was typed in its reader's words, and nothing of how we name it.

let stage: Stage
beforeAll(async () => {
  stage = await makeStage('fr')
}, 60_000)
afterAll(() => stage.t.close())

/** What people type or choose in the forms of a page that can be kept; what a list offers by its ID says nothing. */
function typedNames(page: Answer): string[] {
  const inputs = page
    .all('form[method=post] :is(input, textarea)')
    .filter((input) => !/hidden|file|password|radio|checkbox/.test(input.getAttribute('type') ?? ''))
  const lists = page.all('form[method=post] select').filter((select) => {
    const values = [...select.querySelectorAll('option')].map((option) => option.getAttribute('value') ?? '')
    return values.some((value) => value && !/^[0-9a-f-]{36}$/.test(value))
  })
  return [...inputs, ...lists].map((input) => input.getAttribute('name') ?? '')
}

// Codes are of no use later, a form that signs in is not kept, and the name of the account is not typed.
const neverShown = ['code', 'recoveryCode', 'username', 'pack']

describe('a form that is given back', () => {
  test('shows what was typed, says for whom it will be done, and carries what nobody typed along', async () => {
    const supervisor = await stage.anew('supervisor')
    const person = stage.t.cast.people['reporting@demo.example']!
    const path = `/c/100234/people/${person}`
    const form = await supervisor.open(path)
    await stage.t.db.owner.db.execute(sql`
      update sessions set last_seen_at = now() - interval '1 day'
      where person_id = ${stage.t.cast.people['supervisor@demo.example']!}`)
    const typed = { reporting: 'yes', reportingUntil: '2031-05-01' }
    const led = await supervisor.submit(form, { ...typed, seen: 'a-mark-of-ours' }, path)
    const again = { email: 'supervisor@demo.example', password: 'guichet-demo' }
    const back = await supervisor.submitAndFollow(await supervisor.get(led.location), again, '/sign-in')
    const rows = back.all('.govuk-summary-list__row').map((row) => row.textContent?.trim())
    expect(rows).toEqual(['Rapportsoui', 'Dernier jour de Rapports2031-05-01'])
    expect(back.one('.g-customer').textContent).toContain('Brasseries Lemaire SA')
    expect(back.text).toContain('Ce sera fait au nom de supervisor@demo.example.')
    expect(back.text).not.toMatch(/seen|a-mark-of-ours/)
    expect(back.one('input[name=seen]').getAttribute('value')).toBe('a-mark-of-ours')
  })

  test('without a word of its own is led back to its page, not sent from a page that cannot say what it does', async () => {
    const visitor = await stage.anew('several')
    const headers = { host: 'counter.example', referer: 'http://counter.example/account/companies' }
    const answer = await visitor.post('/stay', { customer: '', to: '/account', _csrf: 'x' }, headers)
    expect([answer.status, answer.heading]).toEqual([403, 'Ce formulaire n’est plus valable'])
    expect(answer.all('main form')).toEqual([])
    expect(answer.link('Revenir à la page')).toBe('/account/companies')
  })

  test('of a browser that keeps no cookies says so', async () => {
    const visitor = stage.t.visitor()
    const form = await visitor.get('/sign-in')
    visitor.cookies.clear()
    const typed = { email: 'both@demo.example', password: 'guichet-demo' }
    const answer = await visitor.submit(form, typed, '/sign-in')
    expect([answer.status, answer.text.includes('Allow cookies for this address')]).toEqual([403, true])
  })

  // Last: among the pages is that of a database which is gone.
  test('has words for whatever can be typed into a form of any page', async () => {
    const unnamed = new Set<string>()
    for (const { open } of pageStates) {
      const page = await open(stage)
      if (!page.body.includes('method="post"')) continue
      for (const name of typedNames(page)) if (!labelOf(name)) unnamed.add(name)
    }
    expect([...unnamed].filter((name) => !neverShown.includes(name))).toEqual([])
  }, 120_000)
})
